// The client of the Prometheus API, against a server that answers as a test says.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { PrometheusApi, TooLarge } from '../../../src/report/api/prometheus.ts'
import { fetchRange } from '../../../src/report/collect/fetch.ts'

interface Asked {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly form: URLSearchParams
}

type Answering = (asked: Asked, count: number, response: ServerResponse) => void

const nobody = { headers: {}, ca: undefined, cert: undefined, key: undefined }

async function serverWith(answer: Answering) {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    asked.push({ path: request.url!, headers: request.headers, form: new URLSearchParams(body) })
    answer(asked.at(-1)!, asked.length, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const base = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/prometheus/`)
  const api = (more: object = {}) =>
    new PrometheusApi({ base, access: nobody, timeoutMs: 10_000, firstWaitMs: 1, ...more })
  return { api, asked, base }
}

const send = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
const matrix = (result: unknown[], more = {}) => ({
  status: 'success',
  data: { resultType: 'matrix', result },
  ...more,
})

describe('PrometheusApi', () => {
  test('posts the query below the path of the address, with the headers', async () => {
    const { api, asked } = await serverWith((_, __, response) =>
      send(
        response,
        200,
        matrix([{ metric: { vm: 'a' }, values: [[60, '1.5']] }], { warnings: ['partial'] }),
      ),
    )
    const access = { ...nobody, headers: { 'X-Scope-OrgID': 'ops' } }
    expect(await api({ access }).range('up{vm="a"}', 0, 60, 60)).toEqual({
      series: [{ labels: { vm: 'a' }, points: [[60, 1.5]] }],
      warnings: ['partial'],
    })
    expect(asked[0]!.path).toBe('/prometheus/api/v1/query_range')
    expect(asked[0]!.headers['x-scope-orgid']).toBe('ops')
    expect(asked[0]!.form.get('query')).toBe('up{vm="a"}')
  })

  test.each([503, 500, 502, 429])('asks again after %d', async (status) => {
    const { api, asked } = await serverWith((_, count, response) =>
      count < 3 ? send(response, status, 'busy') : send(response, 200, matrix([])),
    )
    expect((await api().instant('up', 1)).series).toEqual([])
    expect(asked).toHaveLength(3)
  })

  test('gives up after five attempts, and names query, answer and what to do', async () => {
    const { api, asked } = await serverWith((_, __, response) =>
      send(response, 500, { error: 'disk broken' }),
    )
    await expect(api().instant('up', 1)).rejects.toMatchObject({
      code: 'PROMETHEUS_REFUSED',
      message: expect.stringMatching(/query up to .*HTTP 500, disk broken; the server failed 5 times/),
    })
    expect(asked).toHaveLength(5)
  })

  test.each([
    [400, '--match'],
    [401, '--http.bearer-token-file'],
    [404, '--prometheus'],
    [301, 'redirects are not followed'],
  ])('says at once after %d what to do', async (status, advice) => {
    const { api, asked } = await serverWith((_, __, response) =>
      send(response, status, '', { location: 'http://127.0.0.1:1/' }),
    )
    await expect(api().instant('up', 1)).rejects.toThrow(advice)
    expect(asked).toHaveLength(1)
  })

  test.each([
    ['<html>login</html>', 'not that of a Prometheus API'],
    [
      '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,2]]}]}}',
      'not a pair',
    ],
    ['{"status":"success","data":{"resultType":"matrix","result":[null]}}', 'no labels'],
  ])('refuses %s', async (body, problem) => {
    const { api } = await serverWith((_, __, response) => send(response, 200, body))
    await expect(api().instant('up', 1)).rejects.toThrow(problem)
  })

  test('ends an answer that unpacks to more than its bound', async () => {
    const packed = gzipSync(Buffer.alloc(65 * 1024 ** 2))
    const { api } = await serverWith((_, __, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed),
    )
    await expect(api().instant('up', 1)).rejects.toThrow(TooLarge)
  })

  test('ends a query at its deadline', async () => {
    const { api } = await serverWith(() => {})
    await expect(api({ timeoutMs: 50 }).instant('up', 1)).rejects.toThrow('no complete answer within 0.05 s')
  })

  test('says that nobody listens, and does not wait for it', async () => {
    const api = new PrometheusApi({ base: new URL('http://127.0.0.1:1'), access: nobody, timeoutMs: 1000 })
    await expect(api.instant('up', 1)).rejects.toMatchObject({ code: 'PROMETHEUS_UNREACHABLE' })
  })
})

describe('fetchRange', () => {
  const grid = { from: 0, to: 6000, step: 600, points: 10 }
  const span = ({ form }: Asked) => [Number(form.get('start')), Number(form.get('end'))]

  test('halves what is too large for the server, and misses no step', async () => {
    const { api, asked } = await serverWith((one, _, response) => {
      const [start, end] = span(one) as [number, number]
      if (end - start > 1200) {
        send(response, 422, { error: 'query processing would load too many samples into memory' })
      } else {
        const values = Array.from({ length: (end - start) / 600 + 1 }, (_, at) => [start + at * 600, '1'])
        send(response, 200, matrix([{ metric: {}, values }]))
      }
    })
    const times: number[] = []
    await fetchRange({ api: api(), grid, warn: () => {} }, 'up', 1, (series) => {
      times.push(...series.flatMap(({ points }) => points.map(([time]) => time)))
    })
    expect(times).toEqual(Array.from({ length: 10 }, (_, at) => (at + 1) * 600))
    expect(span(asked[0]!)).toEqual([600, 6000])
  })

  test('gives up where a single step is too large', async () => {
    const { api } = await serverWith((_, __, response) => send(response, 503, { error: 'query timed out' }))
    await expect(fetchRange({ api: api(), grid, warn: () => {} }, 'up', 1, () => {})).rejects.toThrow(
      'too large even for one step',
    )
  })
})
