// A token bucket: one request per interval on average, and up to `burst` requests at once.

export class RateLimit {
  readonly #intervalMs: number
  readonly #burst: number
  #tokens: number
  #lastMs: number

  constructor({ intervalMs, burst }: { intervalMs: number; burst: number }, nowMs: number) {
    this.#intervalMs = intervalMs
    this.#burst = burst
    this.#tokens = burst
    this.#lastMs = nowMs
  }

  /** Takes a token; false if there is none. `nowMs` must come from a monotonic clock. */
  take(nowMs: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#lastMs) / this.#intervalMs)
    this.#lastMs = nowMs
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
