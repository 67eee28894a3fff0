// GET /metrics.
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Request, RequestHandler } from 'express'
import type { Collector } from '../collectors/collector.ts'
import type { Format } from '../exposition/format.ts'
import { negotiateFormat } from '../exposition/negotiation.ts'
import { WriterPool } from '../exposition/writer-pool.ts'
import type { Answer, SharedAnswers } from '../http/shared-answers.ts'
import { wantsGzip } from '../http/wants-gzip.ts'
import { BoundedLines } from '../log/bounded-lines.ts'
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
  readonly answers: SharedAnswers
  readonly log: Logger
}

/** The collectors that `?collect[]=name` names, or all enabled ones without it; undefined if one is not enabled. */
function chosenCollectors(request: Request, enabled: readonly Collector[]): readonly Collector[] | undefined {
  const names = new URL(request.originalUrl, 'http://localhost').searchParams.getAll('collect[]')
  if (names.length === 0) return enabled
  if (names.some((name) => !enabled.some((collector) => collector.name === name))) return undefined
  return enabled.filter((collector) => names.includes(collector.name))
}

export function createMetricsRoute(options: MetricsRouteOptions): RequestHandler {
  const { scraper, collectors, answers, log } = options
  const writers = new WriterPool()
  const failures = new BoundedLines(log, 'error', 'scrape failed: cannot take a snapshot of this host')

  async function make(chosen: readonly Collector[], format: Format, isGzip: boolean): Promise<Answer> {
    const headers = { 'Content-Type': format.contentType, Vary: 'Accept, Accept-Encoding' }
    const writer = writers.take()
    try {
      await scraper.scrape(chosen, format, writer)
    } catch (error) {
      failures.write({ err: error })
      writers.giveBack(writer)
      return unreadable
    }
    if (!isGzip) return { status: 200, headers, body: writer.bytes(), free: () => writers.giveBack(writer) }
    try {
      const body = await compress(writer.bytes(), gzipOptions)
      return { status: 200, headers: { ...headers, 'Content-Encoding': 'gzip' }, body }
    } finally {
      writers.giveBack(writer)
    }
  }

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
    const isGzip = wantsGzip(request)
    const key = JSON.stringify([format.contentType, isGzip, chosen.map(({ name }) => name)])
    await answers.send(request, response, key, () => make(chosen, format, isGzip))
  }
}

const unreadable: Answer = {
  status: 500,
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  body: Buffer.from('The exporter cannot take a snapshot of this host. See its log for the reason.\n'),
}
