// Limits how many requests are processed at the same time; further ones get status 503. A request has its place until its
// answer begins. How long an answer takes depends on the client, and shared-answers.ts and open-connections.ts bound that.
import type { RequestHandler, Response } from 'express'
import { clientNetwork } from './client-network.ts'
import { countByNetwork } from './network-counts.ts'
import { refuse } from './refuse.ts'

interface Place {
  readonly network: string
  readonly response: Response
}

export class RequestLimit {
  readonly #max: number
  /** In the order of their arrival; among them are some whose answer has begun. */
  readonly #open = new Set<Place>()

  /** 0 means no limit. */
  constructor(max: number) {
    this.#max = max
  }

  readonly handler: RequestHandler = (request, response, next) => {
    // The client disconnected while its password was checked, so no 'close' event would free the place.
    if (response.closed) return
    const place = { network: clientNetwork(request.socket.remoteAddress), response }
    const taken = [...this.#open].filter((open) => !open.response.headersSent)
    if (this.#max > 0 && taken.length >= this.#max) {
      const displaced = displacedBy(place, taken)
      this.#refuse((displaced ?? place).response)
      if (displaced === undefined) return
    }
    this.#open.add(place)
    response.once('close', () => this.#open.delete(place))
    next()
  }

  #refuse(response: Response): void {
    response.set('Retry-After', '1')
    refuse(response, 503, `Limit of ${this.#max} concurrent requests reached, try again later.`)
  }
}

/** The last request of the network that has the most places, unless the newcomer's network would then have as many. */
function displacedBy({ network }: Place, taken: readonly Place[]): Place | undefined {
  const counts = countByNetwork(taken)
  const most = Math.max(...counts.values())
  if ((counts.get(network) ?? 0) + 1 >= most) return undefined
  return taken.findLast((place) => counts.get(place.network) === most)
}
