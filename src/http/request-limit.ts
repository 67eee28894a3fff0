// At most so many requests at work at once; the next is told to come back. Knows how long they have been at it.
import type { RequestHandler, Response } from 'express'
import { refuse } from './refuse.ts'

export class RequestLimit {
  readonly #max: number
  readonly #startsMs = new Map<Response, number>()

  /** 0 sets no limit. */
  constructor(max: number) {
    this.#max = max
  }

  readonly handler: RequestHandler = (_request, response, next) => {
    // Its client left while its password was checked: there will be no 'close' to give the place back.
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
   * How long the oldest request has been worked on, in milliseconds; 0 for none. Not counted is one that is
   * being answered: how long that takes is up to its client.
   */
  longestMs(): number {
    const starts = [...this.#startsMs]
      .filter(([response]) => !response.headersSent)
      .map(([, startMs]) => startMs)
    return starts.length === 0 ? 0 : performance.now() - Math.min(...starts)
  }
}
