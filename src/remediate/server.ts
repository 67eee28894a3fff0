// The web server of remediation: webhook, API of runs, metrics, health. Two listeners serve the same routes: TCP for
// Alertmanager, Prometheus and browsers, and a Unix socket for the commands of this host, which needs no token because only
// root and the program's own user can open it.
import { mkdirSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { dirname } from 'node:path'
import { type Request, Router } from 'express'
import { createApp } from '../http/app.ts'
import { createServer } from '../http/node-http.ts'
import type { Logger } from '../log/logger.ts'
import { createRunRoutes, type RunRoutesOptions } from './approve/run-routes.ts'
import { createWebhookRoute, type IntakeCounts, type WebhookOptions } from './intake/webhook-route.ts'
import { createRemediationMetrics, type MetricsOptions } from './report/metrics-route.ts'

export interface RemediationRoutes {
  readonly webhook: WebhookOptions
  readonly runs: Omit<RunRoutesOptions, 'isLocal'>
  readonly metrics: Omit<MetricsOptions, 'intake'>
  readonly isReady: () => boolean
  readonly page: Router
}

const localSockets = new WeakSet<Socket>()
const isLocal = (request: Request): boolean => localSockets.has(request.socket)

export function createRemediationRouter({
  webhook,
  runs,
  metrics,
  isReady,
  page,
}: RemediationRoutes): Router {
  const intake: IntakeCounts = { requests: 0, alerts: 0, opened: 0, refused: 0 }
  return Router()
    .use(createWebhookRoute(webhook, intake))
    .use(createRunRoutes({ ...runs, isLocal }))
    .get('/metrics', createRemediationMetrics({ ...metrics, intake }))
    .get('/-/healthy', (_request, response) => {
      response.type('text/plain').send('kvminfo remediate is healthy.\n')
    })
    .get('/-/ready', (_request, response) => {
      response
        .status(isReady() ? 200 : 503)
        .type('text/plain')
        .send(isReady() ? 'kvminfo remediate is ready.\n' : 'kvminfo remediate is not ready: see its log.\n')
    })
    .use(page)
}

/** Listens on a Unix socket that only this user and root can open. Replaces a socket that a former process left. */
export async function listenLocally(path: string, router: Router, log: Logger): Promise<Server> {
  mkdirSync(dirname(path), { recursive: true })
  rmSync(path, { force: true })
  const server = createServer(createApp([router], log))
  server.on('connection', (socket) => localSockets.add(socket))
  // Before it exists, so that it never has another mode than 0600.
  const umask = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
  } finally {
    process.umask(umask)
  }
  return server
}
