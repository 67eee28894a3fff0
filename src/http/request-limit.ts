// Limits how many requests are processed at the same time; further ones get status 503. Also knows how long the oldest one
// has been running.
import type { RequestHandler, Response } from 'express'
import { refuse } from './refuse.ts'

export class RequestLimit {
  readonly #max: number
  readonly #startsMs = new Map<Response, number>()

  /** 0 means no limit. */
  constructor(max: number) {
    this.#max = max
  }

  readonly handler: RequestHandler = (_request, response, next) => {
    // The client disconnected while its password was checked, so no 'close' event would free the slot.
    if (response.closed) return
    if (this.#max > 0 && this.#startsMs.size >= this.#max) {
      response.set('Retry-After', '1')
      refuse(response, 503, `Limit of ${this.#max} concurrent requests reached, try again later.`)
      return
    }
    this.#startsMs.set(response, performance.now())
    response.once('close', () => this.#startsMs.delete(response))
    next()
  }

  /**
   * How long the oldest request has been processed, in milliseconds; 0 if there is none. Requests whose response has
   * started do not count, because how long that takes depends on the client.
   */
  longestMs(): number {
    const starts = [...this.#startsMs]
      .filter(([response]) => !response.headersSent)
      .map(([, startMs]) => startMs)
    return starts.length === 0 ? 0 : performance.now() - Math.min(...starts)
  }
}
