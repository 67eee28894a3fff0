// Listens in place of `kvminfo remediate`, and records Alertmanager's calls.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Labels } from './prometheus.ts'

export interface WebhookAlert {
  readonly status: 'firing' | 'resolved'
  readonly labels: Labels
  readonly annotations: Labels
  readonly startsAt: string
}

interface WebhookCall {
  readonly version: string
  readonly receiver: string
  readonly alerts: readonly WebhookAlert[]
}

export interface Webhook {
  readonly calls: readonly WebhookCall[]
  /** Requests other than a POST of /alerts with the token, and scrapes of Prometheus. */
  readonly refused: readonly string[]
  stop(): Promise<void>
}

/** Listens at the address in the Alertmanager example. */
export async function startWebhook(token: string): Promise<Webhook> {
  const calls: WebhookCall[] = []
  const refused: string[] = []
  const server = createServer(async (request, response) => {
    const asked = `${request.method} ${request.url} ${request.headers.authorization}`
    const expected = asked === `POST /alerts Bearer ${token}`
    if (expected) calls.push((await json(request)) as WebhookCall)
    else if (request.url !== '/metrics') refused.push(asked)
    response.writeHead(expected ? 200 : 401).end()
  })
  server.listen(9757, '127.0.0.1')
  await once(server, 'listening')
  return {
    calls,
    refused,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
