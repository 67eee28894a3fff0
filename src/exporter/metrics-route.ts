// GET /metrics.
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Request, RequestHandler, Response } from 'express'
import type { Collector } from '../collectors/collector.ts'
import { negotiateFormat } from '../exposition/negotiation.ts'
import { WriterPool } from '../exposition/writer-pool.ts'
import { wantsGzip } from '../http/wants-gzip.ts'
import type { Logger } from '../log/logger.ts'
import type { Scraper } from './scrape.ts'

const compress = promisify(gzip)

const gzipOptions = {
  // The lowest level makes the text of 1,000 VMs 14 times smaller already.
  level: constants.Z_BEST_SPEED,
  // One piece for most responses, as pieces are joined by copying.
  chunkSize: 1024 * 1024,
}

export interface MetricsRouteOptions {
  readonly scraper: Scraper
  /** The enabled ones. */
  readonly collectors: readonly Collector[]
  readonly log: Logger
}

/** The enabled collectors that `?collect[]=name` names, all without it; undefined if a name is not among them. */
function chosenCollectors(request: Request, enabled: readonly Collector[]): readonly Collector[] | undefined {
  const names = new URL(request.originalUrl, 'http://localhost').searchParams.getAll('collect[]')
  if (names.length === 0) return enabled
  if (names.some((name) => !enabled.some((collector) => collector.name === name))) return undefined
  return enabled.filter((collector) => names.includes(collector.name))
}

/** Resolves when the response no longer needs its bytes: sent, or the client went away. */
function closed(response: Response): Promise<void> {
  return new Promise((resolve) => (response.closed ? resolve() : response.once('close', resolve)))
}

export function createMetricsRoute({ scraper, collectors, log }: MetricsRouteOptions): RequestHandler {
  const writers = new WriterPool()

  return async (request, response) => {
    const chosen = chosenCollectors(request, collectors)
    if (chosen === undefined) {
      const names = collectors.map((collector) => collector.name).join(', ')
      response
        .status(400)
        .type('text/plain')
        .send(`collect[] names a collector that is not enabled; enabled are: ${names}\n`)
      return
    }
    const format = negotiateFormat(request)
    const writer = writers.take()
    try {
      try {
        await scraper.scrape(chosen, format, writer)
      } catch (error) {
        log.error({ err: error }, 'no snapshot of this host, the scrape fails')
        response
          .status(500)
          .type('text/plain')
          .send('no snapshot of this host could be taken; the log says why\n')
        return
      }
      response.setHeader('Content-Type', format.contentType)
      response.setHeader('Vary', 'Accept, Accept-Encoding')
      await send(request, response, writer.bytes())
    } finally {
      writers.giveBack(writer)
    }
  }
}

async function send(request: Request, response: Response, text: Buffer): Promise<void> {
  let body = text
  if (wantsGzip(request)) {
    body = await compress(text, gzipOptions)
    response.setHeader('Content-Encoding', 'gzip')
  }
  response.setHeader('Content-Length', body.length)
  // Not send(): it would hash megabytes for an ETag that no scraper asks for.
  response.end(body)
  await closed(response)
}
