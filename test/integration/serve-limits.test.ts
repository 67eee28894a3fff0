// `--web.max-requests`, and what clients that only take places cost the others.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { writeFixtureTree } from '../helpers/fixture-tree.ts'
import { ask } from '../helpers/http-request.ts'
import { eventually, type RunningProcess, startServe } from '../helpers/kvminfo-process.ts'

const root = mkdtempSync(join(tmpdir(), 'kvminfo-limits-'))
afterAll(() => rmSync(root, { recursive: true }))

const running: RunningProcess[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((serve) => serve.stop()))
})

function connected(url: string, localAddress = '127.0.0.1'): Promise<Socket> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: hostname, localAddress }, () => resolve(socket))
    socket.on('error', reject)
  })
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`

/** Sends one request and waits for the first bytes of its answer, which are all that it reads. */
async function stalled(url: string, path: string, localAddress: string): Promise<Socket> {
  const socket = await connected(url, localAddress)
  socket.write(get(path))
  await once(socket, 'readable')
  return socket
}

async function startBig() {
  const { paths } = writeFixtureTree(join(root, 'big'), {
    vms: 1000,
    vcpus: 8,
    libvirt: false,
    debugfs: false,
  })
  const { serve, urls } = await startServe([
    ...[`--path.procfs=${paths.procfs}`, `--path.sysfs=${paths.sysfs}`, `--path.rundir=${paths.rundir}`],
  ])
  return { serve, url: urls[0]! }
}

/**
 * Returns the number of series. On an idle machine all of these scrapes take less than Prometheus's default timeout of
 * 10 s by far. This one has more time, because other tests may run beside it.
 */
async function scrape(url: string): Promise<number> {
  const { status, body } = await ask(`${url}/metrics`, { signal: AbortSignal.timeout(40_000) })
  expect(status).toBe(200)
  return seriesIn(body)
}

const seriesIn = (body: string): number =>
  body.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length

function allOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    socket.setEncoding('utf8').on('data', (text) => {
      received += text
    })
    socket.on('close', () => resolve(received))
  })
}

test('scrapes and live data beyond --web.max-requests get 503 with Retry-After; health checks always succeed', async () => {
  const { paths } = writeFixtureTree(root, { vms: 50, vcpus: 4 })
  const { serve, urls } = await startServe([
    ...['--web.max-requests=1', `--path.procfs=${paths.procfs}`],
    ...[`--path.sysfs=${paths.sysfs}`, `--path.rundir=${paths.rundir}`],
  ])
  running.push(serve)
  const url = urls[0]!
  expect((await ask(`${url}/metrics`)).body).toContain('kvminfo_vm_io_exits_total{')

  const sockets = await Promise.all(Array.from({ length: 30 }, () => connected(url)))
  const answers = sockets.map(allOf)
  for (const [index, socket] of sockets.entries()) {
    const path = ['/metrics', '/-/healthy', '/api/v1/live'][index % 3]
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  }
  const received = await Promise.all(answers)
  const statuses = received.map((text) => text.slice(9, 12))
  const limited = statuses.filter((_status, index) => index % 3 !== 1)
  const health = statuses.filter((_status, index) => index % 3 === 1)
  expect(new Set(limited)).toEqual(new Set(['200', '503']))
  expect(new Set(health)).toEqual(new Set(['200']))
  const refused = received.find((text) => text.startsWith('HTTP/1.1 503'))
  expect(refused).toMatch(/\r\nRetry-After: 1\r\n/)
  expect(refused).toMatch(/\r\n\r\nLimit of 1 concurrent requests reached, try again later\.\n$/)

  expect((await ask(`${url}/metrics`)).status).toBe(200)
})

describe('a scrape is not kept out', () => {
  let serve: RunningProcess
  let url: string
  let series: number
  beforeAll(async () => {
    ;({ serve, url } = await startBig())
    // The facts of the host are read in the background, too.
    await eventually('all VMs and the host are known', async () => {
      const { body } = await ask(`${url}/metrics`, { signal: AbortSignal.timeout(40_000) })
      return (seriesIn(body) > 60_000 && body.includes('\nkvminfo_host_info{')) || undefined
    })
    series = await scrape(url)
  })
  afterAll(() => serve.stop())
  /** Of the attackers. */
  const sockets: Socket[] = []
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy()
  })

  test.each(['127.0.0.1', '127.0.0.2'])(
    'by 45 clients at %s that do not read their scrapes',
    async (address) => {
      for (let client = 0; client < 45; client++) {
        const socket = await connected(url, address)
        sockets.push(socket)
        socket.on('error', () => undefined).write(get('/metrics'))
      }
      for (let round = 0; round < 3; round++) expect(await scrape(url)).toBe(series)
    },
  )

  test.each(['127.0.0.1', '127.0.0.2'])(
    'by 45 clients at %s that do not read, one after the other',
    async (address) => {
      for (let client = 0; client < 45; client++) sockets.push(await stalled(url, '/metrics', address))
      for (let round = 0; round < 3; round++) expect(await scrape(url)).toBe(series)
    },
  )

  test.each(['127.0.0.1', '127.0.0.2'])('by 600 connections from %s that send nothing', async (address) => {
    for (let client = 0; client < 600; client++) {
      const socket = await connected(url, address)
      sockets.push(socket)
      socket.on('error', () => undefined)
    }
    for (let round = 0; round < 3; round++) expect(await scrape(url)).toBe(series)
  })

  test.each(['127.0.0.1', '127.0.0.2'])(
    'by 600 connections from %s that wait for a next request',
    async (address) => {
      for (let client = 0; client < 600; client++) sockets.push(await stalled(url, '/-/healthy', address))
      for (let round = 0; round < 3; round++) expect(await scrape(url)).toBe(series)
    },
  )
})
