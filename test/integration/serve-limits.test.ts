// `--web.max-requests`.

import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { writeFixtureTree } from '../helpers/fixture-tree.ts'
import { ask } from '../helpers/http-request.ts'
import { type RunningProcess, startServe } from '../helpers/kvminfo-process.ts'

const root = mkdtempSync(join(tmpdir(), 'kvminfo-limits-'))
afterAll(() => rmSync(root, { recursive: true }))

const running: RunningProcess[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((serve) => serve.stop()))
})

function connected(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket)).once('error', reject)
  })
}

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
