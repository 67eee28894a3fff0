// GET /api/v1/live and /api/v1/live/vms/<pid>: the JSON that feeds the page.
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { type Request, type Response, Router } from 'express'
import type { Answer, SharedAnswers } from '../http/shared-answers.ts'
import { wantsGzip } from '../http/wants-gzip.ts'
import type { HostHistory } from '../observe/host-history.ts'
import type { Sample } from '../observe/sample.ts'
import type { Sampler } from '../observe/sampler.ts'
import { describeDetail } from './live-detail.ts'
import { listJson } from './live-list.ts'

const compress = promisify(gzip)

export function createLiveRoutes(sampler: Sampler, answers: SharedAnswers, version: string): Router {
  const send = (
    request: Request,
    response: Response,
    key: string,
    read: (history: HostHistory, sample: Sample) => Json,
  ) => {
    const isGzip = wantsGzip(request)
    return answers.send(request, response, `${key} ${isGzip}`, async () => {
      const sampled = await lastSample(sampler)
      return answerOf(sampled === undefined ? unreadable : read(sampled.history, sampled.sample), isGzip)
    })
  }

  return Router()
    .get('/api/v1/live', async (request, response) => {
      const since = sinceOf(request)
      if (since === undefined) response.status(400).set('Cache-Control', 'no-store').json({ error: notATime })
      else
        await send(request, response, `list ${since}`, (history, sample) => ({
          status: 200,
          json: listJson(history, sample, since, version),
        }))
    })
    .get('/api/v1/live/vms/:pid', async (request, response) => {
      const pid = Number(request.params.pid)
      await send(request, response, `vm ${pid}`, (history, sample) => {
        const detail = describeDetail(history, sample, pid)
        return detail === undefined ? noVm : { status: 200, json: JSON.stringify(detail) }
      })
    })
}

interface Json {
  readonly status: number
  readonly json: string
}

const error = (status: number, text: string): Json => ({ status, json: JSON.stringify({ error: text }) })

const notATime = 'since must be a time in seconds since the Unix epoch, such as 1700000000.5'
const noVm = error(404, 'no running VM has this process ID')
const unreadable = error(503, 'The exporter cannot read this host at the moment. See its log for the reason.')

/** undefined if the host cannot be read. The sampler has logged the reason. */
async function lastSample(sampler: Sampler): Promise<{ history: HostHistory; sample: Sample } | undefined> {
  try {
    const history = await sampler.history()
    return { history, sample: history.last! }
  } catch {
    return undefined
  }
}

/** 0 if the request has no `since`; undefined if it is not a time. */
function sinceOf(request: Request): number | undefined {
  const text = new URL(request.originalUrl, 'http://localhost').searchParams.get('since')
  if (text === null) return 0
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

async function answerOf({ status, json }: Json, isGzip: boolean): Promise<Answer> {
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    Vary: 'Accept-Encoding',
  }
  const text = Buffer.from(json)
  if (!isGzip) return { status, headers, body: text }
  const body = await compress(text, { level: constants.Z_BEST_SPEED })
  return { status, headers: { ...headers, 'Content-Encoding': 'gzip' }, body }
}
