// GET /-/healthy and /-/ready.
import type { RequestHandler } from 'express'
import type { Logger } from '../log/logger.ts'
import type { SharedSnapshot } from '../sources/shared-snapshot.ts'

/** The process answers: all that a restart could mend. */
export const healthyRoute: RequestHandler = (_request, response) => {
  response.type('text/plain').send('kvminfo exporter is healthy.\n')
}

/** Ready once the VMs could be listed. Who asks first makes them answer, so nobody need scrape before. */
export function createReadyRoute(snapshots: SharedSnapshot, log: Logger): RequestHandler {
  return async (_request, response) => {
    response.type('text/plain').set('Cache-Control', 'no-store')
    try {
      if (!snapshots.hasListedVms) (await snapshots.snapshot()).vms()
      response.send('kvminfo exporter is ready.\n')
    } catch (error) {
      log.error({ err: error }, 'not ready, the VMs of this host cannot be listed')
      response
        .status(503)
        .send('kvminfo exporter is not ready: the VMs of this host cannot be listed; the log says why.\n')
    }
  }
}
