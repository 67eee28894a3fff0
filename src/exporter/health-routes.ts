// GET /-/healthy and /-/ready.
import type { RequestHandler } from 'express'
import type { Logger } from '../log/logger.ts'
import type { SharedSnapshot } from './shared-snapshot.ts'

/** The process answers: all that a restart could mend. */
export const healthyRoute: RequestHandler = (_request, response) => {
  response.type('text/plain').send('kvminfo exporter is healthy.\n')
}

/** Ready once the sources have answered. Who asks first makes them answer, so nobody need scrape before. */
export function createReadyRoute(snapshots: SharedSnapshot, log: Logger): RequestHandler {
  return async (_request, response) => {
    response.type('text/plain').set('Cache-Control', 'no-store')
    try {
      if (!snapshots.hasTakenOne) await snapshots.snapshot()
      response.send('kvminfo exporter is ready.\n')
    } catch (error) {
      log.error({ err: error }, 'not ready, no snapshot of this host')
      response
        .status(503)
        .send('kvminfo exporter is not ready: no snapshot of this host could be taken; the log says why.\n')
    }
  }
}
