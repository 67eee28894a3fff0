// All paths of the exporter. The caller adds checks of method, limits, passwords and security headers.
import { Router } from 'express'
import type { Collector } from '../collectors/collector.ts'
import type { Logger } from '../log/logger.ts'
import type { SnapshotSource } from '../model/host-snapshot.ts'
import { createPageRouter } from '../page/page-routes.ts'
import { SharedSnapshot } from '../sources/shared-snapshot.ts'
import { createReadyRoute, healthyRoute } from './health-routes.ts'
import { createMetricsRoute } from './metrics-route.ts'
import { Scraper } from './scrape.ts'

export interface ExporterOptions {
  /** From `createHost`. Never asked for a second snapshot before it has returned the first. */
  readonly host: SnapshotSource
  /** The enabled collectors. */
  readonly collectors: readonly Collector[]
  /** Such as `/metrics`. */
  readonly telemetryPath: string
  /** Whether to export `process_*`. */
  readonly hasProcessMetrics: boolean
  readonly version: string
  readonly log: Logger
}

export function createExporterRouter(options: ExporterOptions): Router {
  const { collectors, telemetryPath, log } = options
  const snapshots = new SharedSnapshot(options.host)
  const scraper = new Scraper({ ...options, source: snapshots })
  return Router()
    .get(telemetryPath, createMetricsRoute({ scraper, collectors, log }))
    .get('/-/healthy', healthyRoute)
    .get('/-/ready', createReadyRoute(snapshots, log))
    .use(createPageRouter({ ...options, source: snapshots }))
}
