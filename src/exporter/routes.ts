// All paths of the exporter. Who mounts them sees to methods, limits, passwords and security headers.
import { Router } from 'express'
import type { Collector } from '../collectors/collector.ts'
import type { Logger } from '../log/logger.ts'
import { createReadyRoute, healthyRoute } from './health-routes.ts'
import { createLandingRoute, stylesheetPath, stylesheetRoute } from './landing-route.ts'
import { createMetricsRoute } from './metrics-route.ts'
import { Scraper } from './scrape.ts'
import { SharedSnapshot, type SnapshotSource } from './shared-snapshot.ts'

export interface ExporterOptions {
  /** What `createHost` gives. Never asked for a second snapshot before the first is there. */
  readonly host: SnapshotSource
  /** The enabled ones. */
  readonly collectors: readonly Collector[]
  /** Such as `/metrics`. */
  readonly telemetryPath: string
  /** `process_*`. */
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
    .get('/', createLandingRoute({ ...options, source: snapshots }))
    .get(stylesheetPath, stylesheetRoute)
    .get('/-/healthy', healthyRoute)
    .get('/-/ready', createReadyRoute(snapshots, log))
}
