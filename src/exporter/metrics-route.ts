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
  // Even the lowest level makes the text of 1,000 VMs 14 times smaller.
  level: constants.Z_BEST_SPEED,
  // Large enough to hold most responses in one chunk, because joining chunks copies them.
  chunkSize: 1024 * 1024,
}

export interface MetricsRouteOptions {
  readonly scraper: Scraper
  /** The enabled collectors. */
  readonly collectors: readonly Collector[]
  readonly log: Logger
}

/** The collectors that `?collect[]=name` names, or all enabled ones without it; undefined if one is not enabled. */
function chosenCollectors(request: Request, enabled: readonly Collector[]): readonly Collector[] | undefined {
  const names = new URL(request.originalUrl, 'http://localhost').searchParams.getAll('collect[]')
  if (names.length === 0) return enabled
  if (names.some((name) => !enabled.some((collector) => collector.name === name))) return undefined
  return enabled.filter((collector) => names.includes(collector.name))
}

/** Resolves when the response no longer needs its bytes: it was sent, or the client went away. */
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
        .send(`collect[] names a collector that is not enabled. Enabled collectors: ${names}\n`)
      return
    }
    const format = negotiateFormat(request)
    const writer = writers.take()
    try {
      try {
        await scraper.scrape(chosen, format, writer)
      } catch (error) {
        log.error({ err: error }, 'scrape failed: cannot take a snapshot of this host')
        response
          .status(500)
          .type('text/plain')
          .send('The exporter cannot take a snapshot of this host. See its log for the reason.\n')
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
  // Not send(), which would hash megabytes for an ETag that no scraper uses.
  response.end(body)
  await closed(response)
}
