// Requests JSON from the page's server again and again while the page is visible. A hidden page sends no requests, so it
// costs the host nothing.

const retryMs = 1000
const timeoutMs = 10_000
/** After this many answers without a new sample the server counts as faulty, because it samples every few seconds. */
const maxUnchanged = 20

/**
 * @template {{ readonly at: number }} Answer `at`: when the sample was taken, seconds since the Unix epoch
 * @typedef {object} Listener
 * @property {string} server the program that answers, for messages, such as `exporter`
 * @property {(since: number) => string} address of the request, given `at` of the last answer (0 before the first)
 * @property {(answer: Answer) => number} onAnswer called only for an answer with a new sample; returns the seconds until
 *   the next request
 * @property {(reason: string) => void} onFailure called with full sentences for a person
 */

/**
 * @param {string} url
 * @param {string} server the program that answers, for messages
 * @returns {Promise<any>} the parsed JSON; rejects with a message for a person
 */
export async function fetchJson(url, server) {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch(() => {
    throw new Error(`The ${server} does not answer.`)
  })
  if (response.ok) {
    return response.json().catch(() => {
      throw new Error(
        `The answer is not valid JSON: it is incomplete, or it does not come from the ${server}.`,
      )
    })
  }
  const { error } = await response.json().catch(() => ({}))
  throw new Error(error ?? `The ${server} answers with status ${response.status} ${response.statusText}.`)
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

  /** Asks now rather than when it is time, for example after the user has changed something. */
  askNow() {
    clearTimeout(this.#timer)
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
      // Asks again whatever failed, because a page that has stopped asking would still seem to be live.
      this.#isAsking = false
      if (!document.hidden) this.#timer = setTimeout(() => this.#ask(), waitMs)
    }
  }

  /** @returns {Promise<number>} how long to wait, in milliseconds; rejects with a message for a person */
  async #answered() {
    const { server, address, onAnswer } = this.#listener
    /** @type {Answer} */
    const answer = await fetchJson(address(this.#lastAt), server)
    if (answer.at === this.#lastAt) {
      this.#unchanged += 1
      if (this.#unchanged > maxUnchanged)
        throw new Error(`The ${server} answers, but its data no longer changes. Its log may say why.`)
      return retryMs
    }
    this.#unchanged = 0
    this.#lastAt = answer.at
    try {
      return onAnswer(answer) * 1000
    } catch (error) {
      // The browser's console then shows the place in the code.
      reportError(error)
      throw new Error(`This page cannot show the answer of the ${server} (${error}).`)
    }
  }
}
