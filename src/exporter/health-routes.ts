// GET /-/healthy and GET /-/ready.
import type { RequestHandler } from 'express'
import type { Logger } from '../log/logger.ts'
import type { SharedSnapshot } from '../sources/shared-snapshot.ts'

/** Only says that the process answers, because that is all that a restart could fix. */
export const healthyRoute: RequestHandler = (_request, response) => {
  response.type('text/plain').send('kvminfo exporter is healthy.\n')
}

/** Ready once the VMs have been listed. The first request lists them itself, so it needs no scrape before it. */
export function createReadyRoute(snapshots: SharedSnapshot, log: Logger): RequestHandler {
  return async (_request, response) => {
    response.type('text/plain').set('Cache-Control', 'no-store')
    try {
      if (!snapshots.hasListedVms) (await snapshots.snapshot()).vms()
      response.send('kvminfo exporter is ready.\n')
    } catch (error) {
      log.error({ err: error }, 'not ready: cannot list the VMs of this host')
      response
        .status(503)
        .send(
          'kvminfo exporter is not ready: it cannot list the VMs of this host. See its log for the reason.\n',
        )
    }
  }
}
