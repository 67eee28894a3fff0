// Asks a server of ours again and again while the page is visible. A hidden page costs the host nothing.

const retryMs = 1000
const timeoutMs = 10_000
/** After this many answers without a new sample the server is taken to be faulty: it samples every few seconds. */
const maxUnchanged = 20

/**
 * @template {{ readonly at: number }} Answer `at`: when the sample was taken, seconds since the Unix epoch
 * @typedef {object} Listener
 * @property {(since: number) => string} address of the request, given `at` of the last answer (0 before the first)
 * @property {(answer: Answer) => number} onAnswer called for each new sample only; returns the seconds until the next
 *   request
 * @property {(reason: string) => void} onFailure
 */

/**
 * @param {string} url
 * @returns {Promise<any>} the parsed JSON; rejects with a text for a person
 */
export async function fetchJson(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch(() => {
    throw new Error('The exporter does not answer.')
  })
  if (response.ok) {
    return response.json().catch(() => {
      throw new Error('The answer is not JSON: it is incomplete, or it does not come from the exporter.')
    })
  }
  const { error } = await response.json().catch(() => ({}))
  throw new Error(error ?? `The exporter answers ${response.status} ${response.statusText}.`)
}

/** @template {{ readonly at: number }} Answer */
export class Polling {
  #listener
  #lastAt = 0
  #unchanged = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  #isAsking = false

  /** @param {Listener<Answer>} listener */
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
      // Ask again whatever failed: a page that stopped asking would still look alive.
      this.#isAsking = false
      if (!document.hidden) this.#timer = setTimeout(() => this.#ask(), waitMs)
    }
  }

  /** @returns {Promise<number>} how long to wait, in milliseconds; rejects with a text for a person */
  async #answered() {
    /** @type {Answer} */
    const answer = await fetchJson(this.#listener.address(this.#lastAt))
    if (answer.at === this.#lastAt) {
      this.#unchanged += 1
      if (this.#unchanged > maxUnchanged)
        throw new Error('The exporter answers but no longer samples the host; its log may say why.')
      return retryMs
    }
    this.#unchanged = 0
    this.#lastAt = answer.at
    try {
      return this.#listener.onAnswer(answer) * 1000
    } catch (error) {
      // The console shows the place in the code.
      reportError(error)
      throw new Error(`This page cannot show the exporter's answer (${error}).`)
    }
  }
}
