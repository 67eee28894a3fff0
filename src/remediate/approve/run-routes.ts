// The API of runs: what is pending, running and past, and the decisions of a person. Decisions need the approver's token
// in the header Authorization, which no other page can make a browser send, or the local socket.

import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import * as z from 'zod'
import { KvminfoError } from '../../errors.ts'
import { refuse } from '../../http/refuse.ts'
import { type ActionName, actionNames } from '../../model/remediation.ts'
import { resumeAll, stopAll } from '../guard/kill-switch.ts'
import type { BearerTokens } from '../intake/bearer-tokens.ts'
import type { Ask, Asked, NotAsked } from '../run/ask.ts'
import type { Engine } from '../run/engine.ts'
import type { PlanResult } from '../run/plan-run.ts'
import type { RunRow } from '../run/store.ts'
import type { GuardsDocument, RunList, TuneAnswer } from './documents.ts'
import type { History } from './history.ts'
import { detailOf, planDocument, summaryOf } from './run-document.ts'
import { parseTuneRequest } from './tune-request.ts'

export interface RunRoutesOptions {
  readonly history: History
  readonly engine: Pick<Engine, 'undo' | 'whyWaiting'>
  readonly guards: () => GuardsDocument
  readonly version: string
  readonly approvers: BearerTokens
  /** True for requests over the local socket, which only root and the program's own user can open. */
  readonly isLocal: (request: Request) => boolean
  readonly rundir: string
  readonly isStopped: () => boolean
  /** What would be done now, if an alert asked for it. Changes nothing. */
  readonly plan: (
    action: ActionName,
    vm: string | undefined,
    device: string | undefined,
  ) => Promise<PlanResult>
  /** Opens a run that a person asks for by hand. */
  readonly ask: (request: Ask) => Promise<Asked | NotAsked>
}

const planRequest = z.object({
  action: z.enum(actionNames),
  vm: z.string().max(1_000).optional(),
  device: z.string().max(1_000).optional(),
})

const send = (response: Response, status: number, body: unknown): void => {
  response.status(status).set('Cache-Control', 'no-store').json(body)
}

const idOf = (request: Request): number => {
  const text = String(request.params.id)
  return /^\d{1,15}$/.test(text) ? Number(text) : -1
}

export function createRunRoutes(options: RunRoutesOptions): Router {
  const { history, engine, approvers, isLocal, rundir } = options
  const summary = (run: RunRow) => summaryOf(run, engine.whyWaiting(run.id))

  const mayDecide: RequestHandler = (request, response, next) => {
    if (isLocal(request) || approvers.accepts(request.headers.authorization)) {
      next()
      return
    }
    response.set('WWW-Authenticate', 'Bearer')
    refuse(
      response,
      401,
      "A decision needs the approver's token: credentials.approver of the policy names its file.",
    )
  }
  const who = (request: Request): string =>
    isLocal(request) ? 'a person on this host' : 'a person with the token of approvers'

  /** A token says nothing about the person, and only on this host somebody who could lie about it is root anyway. */
  const nameOf = (given: string | undefined, request: Request): string =>
    isLocal(request) && given !== undefined && given !== '' ? `${given} on this host` : who(request)

  const askOrRefuse = async (asked: Ask): Promise<Asked | NotAsked> => {
    try {
      return await options.ask(asked)
    } catch (error) {
      if (error instanceof KvminfoError) return { refused: error.message }
      throw error
    }
  }

  const decide =
    (decision: 'approved' | 'declined'): RequestHandler =>
    (request, response) => {
      const id = idOf(request)
      const given: unknown = (request.body as { plan_sha?: unknown } | undefined)?.plan_sha
      const planSha = typeof given === 'string' ? given : undefined
      if (decision === 'approved' && planSha === undefined) {
        refuse(response, 400, 'plan_sha is missing: an approval is for the very plan that was shown.')
        return
      }
      const result = history.decide(id, decision, planSha, who(request))
      if (result === 'unknown') refuse(response, 404, 'There is no such run.')
      else if (result === 'other-plan')
        refuse(response, 409, 'The plan has changed since it was shown; look at it again.')
      else if (result === 'not-proposed') refuse(response, 409, 'This run does not wait for a decision.')
      else send(response, 200, { id, decision })
    }

  return Router()
    .get('/api/v1/runs', (request, response) => {
      const before = Number(request.query.before ?? Number.MAX_SAFE_INTEGER)
      const limit = Math.min(200, Math.max(1, Number(request.query.limit ?? 50) || 50))
      const list: RunList = {
        version: options.version,
        at: Date.now() / 1000,
        stopped: options.isStopped(),
        guards: options.guards(),
        open: history.open().map(summary),
        ended: history.ended(Number.isFinite(before) ? before : Number.MAX_SAFE_INTEGER, limit).map(summary),
        kept: history.kept().map(summary),
      }
      send(response, 200, list)
    })
    .get('/api/v1/runs/:id', (request, response) => {
      const found = history.detail(idOf(request))
      if (found === undefined) refuse(response, 404, 'There is no such run.')
      else send(response, 200, detailOf(found, engine.whyWaiting(found.run.id)))
    })
    .post('/api/v1/plan', mayDecide, express.json({ limit: '10kb' }), async (request, response) => {
      const asked = planRequest.safeParse(request.body)
      if (!asked.success) {
        refuse(
          response,
          400,
          `The body must be {"action", "vm", "device"}; actions: ${actionNames.join(', ')}.`,
        )
        return
      }
      const { action, vm, device } = asked.data
      const result = await options.plan(action, vm, device)
      if ('plan' in result)
        send(response, 200, {
          plan: planDocument(result.plan),
          plan_sha: result.planSha,
          unmet: result.unmet ?? null,
        })
      else refuse(response, 409, `Nothing can be planned: ${result.reason}.`)
    })
    .post('/api/v1/tune', mayDecide, express.json({ limit: '10kb' }), async (request, response) => {
      const asked = parseTuneRequest(request.body, (given) => nameOf(given, request))
      if (typeof asked === 'string') {
        refuse(response, 400, `The body is wrong: ${asked}.`)
        return
      }
      const result = await askOrRefuse(asked)
      if ('refused' in result) {
        refuse(response, 409, `Not done: ${result.refused}.`)
        return
      }
      const { run, vm, plan, planSha, unmet, objections } = result
      const answer: TuneAnswer = {
        run: run ?? null,
        vm: vm ?? null,
        plan: planDocument(plan),
        plan_sha: planSha,
        unmet: unmet ?? null,
        objections,
      }
      send(response, 200, answer)
    })
    .post('/api/v1/runs/:id/approve', mayDecide, express.json({ limit: '10kb' }), decide('approved'))
    .post('/api/v1/runs/:id/decline', mayDecide, express.json({ limit: '10kb' }), decide('declined'))
    .post('/api/v1/runs/:id/undo', mayDecide, async (request, response) => {
      const result = await engine.undo(idOf(request), who(request))
      if ('refused' in result) refuse(response, 409, result.refused)
      else send(response, 200, result)
    })
    .post('/api/v1/stop', mayDecide, (request, response) => {
      stopAll(rundir, `stopped by ${who(request)}`)
      send(response, 200, { stopped: true })
    })
    .post('/api/v1/resume', mayDecide, (_request, response) => {
      resumeAll(rundir)
      send(response, 200, { stopped: false })
    })
}
