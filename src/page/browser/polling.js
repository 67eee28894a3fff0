// Asks the exporter again and again while the page can be seen. A page that nobody sees costs the host nothing.

/** @import { LiveDocument } from '../live-document.ts' */

const retryMs = 1000
const timeoutMs = 10_000
/** So many answers without a new look at the host are taken for a fault: it takes one every few seconds. */
const maxUnchanged = 20

/**
 * @typedef {object} Listener
 * @property {(answer: LiveDocument) => void} onAnswer called only for a look at the host that is new
 * @property {(reason: string) => void} onFailure
 */

/**
 * @param {string} url
 * @returns {Promise<any>} what the JSON holds; rejects with a text for a person
 */
export async function fetchJson(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch(() => {
    throw new Error('The exporter does not answer.')
  })
  if (response.ok) {
    return response.json().catch(() => {
      throw new Error('What answers is not the exporter, or it broke off: it is no JSON.')
    })
  }
  const { error } = await response.json().catch(() => ({}))
  throw new Error(error ?? `The exporter answers ${response.status} ${response.statusText}.`)
}

export class Polling {
  #listener
  #lastAt = 0
  #looks = 0
  #unchanged = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  #isAsking = false

  /** @param {Listener} listener */
  constructor(listener) {
    this.#listener = listener
  }

  start() {
    document.addEventListener('visibilitychange', () => {
      clearTimeout(this.#timer)
      if (!document.hidden) void this.#ask()
    })
    void this.#ask()
  }

  async #ask() {
    if (this.#isAsking) return
    this.#isAsking = true
    let waitMs = retryMs
    try {
      waitMs = await this.#answered()
    } catch (error) {
      this.#listener.onFailure(error instanceof Error ? error.message : String(error))
    } finally {
      // Whatever fails, it is asked again: a page that stopped would go on to look alive.
      this.#isAsking = false
      if (!document.hidden) this.#timer = setTimeout(() => this.#ask(), waitMs)
    }
  }

  /** @returns {Promise<number>} how long to wait, in milliseconds; rejects with a text for a person */
  async #answered() {
    /** @type {LiveDocument} */
    const answer = await fetchJson(`api/v1/live?since=${this.#lastAt}`)
    if (answer.at === this.#lastAt) {
      this.#unchanged += 1
      if (this.#unchanged > maxUnchanged)
        throw new Error(
          'The exporter answers, but it does not look at the host any more; its log may say why.',
        )
      return retryMs
    }
    this.#unchanged = 0
    this.#lastAt = answer.at
    this.#looks += answer.history.at.length
    try {
      this.#listener.onAnswer(answer)
    } catch (error) {
      // With its place in the code, for the console.
      reportError(error)
      throw new Error(`This page cannot show what the exporter answers (${error}).`)
    }
    // There are no rates before the second look, which the exporter takes soon after the first.
    return this.#looks < 2 ? retryMs : answer.intervalSeconds * 1000
  }
}
