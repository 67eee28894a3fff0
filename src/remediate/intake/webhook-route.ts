// The address that Alertmanager calls. It stores what was asked and answers at once; the engine does the rest.
import { createHash } from 'node:crypto'
import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express'
import { KvminfoError } from '../../errors.ts'
import { refuse } from '../../http/refuse.ts'
import type { Logger } from '../../log/logger.ts'
import type { Sample } from '../../observe/sample.ts'
import type { LoadedPolicy } from '../../policy/policy-file.ts'
import type { Received, ReceivedAlert } from '../journal/receive.ts'
import type { BearerTokens } from './bearer-tokens.ts'
import { parsePayload } from './payload.ts'
import { resolveAlert } from './resolve.ts'

/** Some 1,000 alerts. Alertmanager sends all alerts of a group at once. */
const maxBody = '2mb'

const bodySha = (body: unknown): string => createHash('sha256').update(JSON.stringify(body)).digest('hex')

export interface WebhookOptions {
  readonly tokens: BearerTokens
  readonly receive: (bodySha: string, alerts: readonly ReceivedAlert[]) => Received
  readonly policy: { readonly current: LoadedPolicy }
  readonly sample: () => Promise<Sample>
  readonly procfs: string
  readonly log: Logger
}

export interface IntakeCounts {
  requests: number
  alerts: number
  opened: number
  refused: number
}

export function createWebhookRoute(options: WebhookOptions, counts: IntakeCounts): Router {
  const { tokens, receive: store, policy, sample, procfs, log } = options
  // Alertmanager sends what was refused again at every flush, so each reason is logged once.
  const logged = new Set<string>()
  const warnOnce = (reason: string): void => {
    counts.refused += 1
    if (logged.has(reason) || logged.size > 100) return
    logged.add(reason)
    log.warn({ reason }, 'a notification was refused; further ones with this reason are only counted')
  }

  const authorize: RequestHandler = (request, response, next) => {
    if (tokens.accepts(request.headers.authorization)) {
      next()
      return
    }
    warnOnce('it has no valid bearer token')
    response.set('WWW-Authenticate', 'Bearer')
    refuse(
      response,
      401,
      'This address needs a bearer token: credentials.alertmanager of the policy names its file.',
    )
  }

  const receive: RequestHandler = async (request, response) => {
    counts.requests += 1
    const alerts = parsePayload(request.body)
    const loaded = policy.current
    const taken = await sample()
    const resolved = alerts.map((alert) => resolveAlert(alert, loaded, taken, procfs))
    const { opened, ended } = store(
      bodySha(alerts),
      resolved.map(({ alert }) => alert),
    )
    counts.alerts += alerts.length
    counts.opened += opened.length
    for (const { why } of resolved)
      if (why !== undefined) log.debug({ reason: why }, 'an alert asks for nothing')
    if (opened.length + ended.length > 0)
      log.info({ alerts: alerts.length, opened: opened.length, ended: ended.length }, 'alerts received')
    response
      .status(202)
      .set('Cache-Control', 'no-store')
      .json({ alerts: alerts.length, opened: opened.length })
  }

  const onError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    const status = (error as { status?: number }).status
    if (error instanceof KvminfoError && error.code === 'PAYLOAD_REFUSED') {
      warnOnce(error.message)
      refuse(response, 400, error.message)
    } else if (status !== undefined && status >= 400 && status < 500) {
      const reason = status === 413 ? `the body is larger than ${maxBody}` : 'the body is not JSON'
      warnOnce(reason)
      refuse(response, status, reason)
    } else if (error instanceof KvminfoError) {
      // Alertmanager tries again for some minutes.
      log.error({ err: error }, 'alerts cannot be stored now')
      refuse(response, 503, 'Alerts cannot be stored now; the log says why.')
    } else next(error)
  }

  return Router()
    .post('/alerts', authorize, express.json({ limit: maxBody, type: () => true }), receive)
    .use('/alerts', onError)
}
