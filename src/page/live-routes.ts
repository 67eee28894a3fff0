// GET /api/v1/live and /api/v1/live/vms/<pid>: the JSON that feeds the page.
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { type Request, type Response, Router } from 'express'
import { wantsGzip } from '../http/wants-gzip.ts'
import type { HostHistory } from '../observe/host-history.ts'
import type { Sample } from '../observe/sample.ts'
import type { Sampler } from '../observe/sampler.ts'
import { describeDetail } from './live-detail.ts'
import { listJson } from './live-list.ts'

const compress = promisify(gzip)

export function createLiveRoutes(sampler: Sampler, version: string): Router {
  return Router()
    .get('/api/v1/live', async (request, response) => {
      const since = sinceOf(request)
      if (since === undefined) {
        await answer(
          request,
          response,
          400,
          errorJson('since must be a time in seconds since the Unix epoch, such as 1700000000.5'),
        )
        return
      }
      const sampled = await lastSample(sampler)
      if (sampled === undefined) await answer(request, response, 503, unreadable)
      else await answer(request, response, 200, listJson(sampled.history, sampled.sample, since, version))
    })
    .get('/api/v1/live/vms/:pid', async (request, response) => {
      const sampled = await lastSample(sampler)
      if (sampled === undefined) {
        await answer(request, response, 503, unreadable)
        return
      }
      const detail = describeDetail(sampled.history, sampled.sample, Number(request.params.pid))
      if (detail === undefined)
        await answer(request, response, 404, errorJson('no running VM has this process ID'))
      else await answer(request, response, 200, JSON.stringify(detail))
    })
}

const errorJson = (error: string): string => JSON.stringify({ error })

const unreadable = errorJson('The exporter cannot read this host at the moment. See its log for the reason.')

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

async function answer(request: Request, response: Response, status: number, json: string): Promise<void> {
  let body = Buffer.from(json)
  response
    .status(status)
    .type('application/json')
    .set({ 'Cache-Control': 'no-store', Vary: 'Accept-Encoding' })
  if (wantsGzip(request)) {
    body = await compress(body, { level: constants.Z_BEST_SPEED })
    response.set('Content-Encoding', 'gzip')
  }
  response.set('Content-Length', String(body.length)).end(body)
}
