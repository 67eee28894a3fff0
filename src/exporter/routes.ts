// All paths of the exporter. The caller adds checks of method, limits, passwords and security headers.
import { Router } from 'express'
import type { Collector } from '../collectors/collector.ts'
import { SharedAnswers } from '../http/shared-answers.ts'
import type { Logger } from '../log/logger.ts'
import { createPageRouter } from '../page/page-routes.ts'
import type { SharedSnapshot } from '../sources/shared-snapshot.ts'
import { createReadyRoute, healthyRoute } from './health-routes.ts'
import { createMetricsRoute } from './metrics-route.ts'
import { Scraper } from './scrape.ts'

export interface ExporterOptions {
  readonly snapshots: SharedSnapshot
  /** The enabled collectors. */
  readonly collectors: readonly Collector[]
  /** Such as `/metrics`. */
  readonly telemetryPath: string
  /** Whether to export `process_*`. */
  readonly hasProcessMetrics: boolean
  readonly version: string
  readonly log: Logger
}

const answerLimits = {
  // Several scrapes of 1,000 VMs, which are six megabytes each without compression; far below the service's MemoryMax.
  maxUnreadBytes: 64 * 1024 * 1024,
  // Two Prometheus servers and two open pages. Each answer that is being made needs a buffer of its size.
  maxMaking: 4,
  // As many as the requests that may be processed at once.
  maxReading: 40,
}

export function createExporterRouter(options: ExporterOptions): Router {
  const { snapshots, telemetryPath } = options
  const answers = new SharedAnswers(answerLimits)
  const scraper = new Scraper({ ...options, source: snapshots })
  return Router()
    .get(telemetryPath, createMetricsRoute({ ...options, scraper, answers }))
    .get('/-/healthy', healthyRoute)
    .get('/-/ready', createReadyRoute(snapshots, options.log))
    .use(createPageRouter({ ...options, source: snapshots, answers }))
}
