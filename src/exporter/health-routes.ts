// GET /-/healthy and GET /-/ready.
import type { RequestHandler } from 'express'
import { BoundedLines } from '../log/bounded-lines.ts'
import type { Logger } from '../log/logger.ts'
import type { SharedSnapshot } from '../sources/shared-snapshot.ts'

/** Only says that the process answers, because that is all that a restart could fix. */
export const healthyRoute: RequestHandler = (_request, response) => {
  response.type('text/plain').send('kvminfo exporter is healthy.\n')
}

/**
 * Ready once the VMs have been listed. While a snapshot is being taken before that, such as the one at start, the answer
 * is no without waiting for it. Otherwise the request takes a snapshot itself, so it needs no scrape before it.
 */
export function createReadyRoute(snapshots: SharedSnapshot, log: Logger): RequestHandler {
  const failures = new BoundedLines(log, 'error', 'not ready: cannot list the VMs of this host')

  async function whyNotReady(): Promise<string | undefined> {
    if (snapshots.hasListedVms) return undefined
    if (snapshots.pendingMs !== undefined) return 'it is reading this host for the first time.'
    try {
      ;(await snapshots.snapshot()).vms()
      return undefined
    } catch (error) {
      failures.write({ err: error })
      return 'it cannot list the VMs of this host. See its log for the reason.'
    }
  }

  return async (_request, response) => {
    const reason = await whyNotReady()
    response.type('text/plain').set('Cache-Control', 'no-store')
    if (reason === undefined) response.send('kvminfo exporter is ready.\n')
    else response.status(503).send(`kvminfo exporter is not ready: ${reason}\n`)
  }
}
