// The paths of the page, over HTTP.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterEach, expect, test } from 'vitest'
import { SharedAnswers } from '../../../src/http/shared-answers.ts'
import type { LiveDocument } from '../../../src/page/live-document.ts'
import { createPageRouter } from '../../../src/page/page-routes.ts'
import { hostSnapshot, part, vm } from '../../helpers/host-snapshot.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function start(
  snapshot = async () => hostSnapshot({ vms: () => part([vm('web', 10)]) }),
): Promise<string> {
  const router = createPageRouter({
    source: { snapshot },
    version: '1.2.3',
    telemetryPath: '/metrics',
    answers: new SharedAnswers({ maxUnreadBytes: 1e6, maxMaking: 1, maxReading: 10 }),
    log: recordedLog().log,
  })
  const server = createServer(express().use(router)).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const addresses = (page: string) => [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) => match[1]!)

test('serves everything that the page refers to, and the page refers to no other server', async () => {
  const url = await start()
  const page = await fetch(url)
  expect(page.headers.get('cache-control')).toBe('no-store')
  const found = addresses(await page.text()).filter((address) => !/^\.\/metrics$|^-\//.test(address))
  expect(found.map((address) => address.split('/').at(-1))).toEqual([
    'icon.svg',
    'uplot.css',
    'ui.css',
    'page.css',
    'app.js',
    'live',
  ])
  for (const address of found)
    expect([address, (await fetch(`${url}/${address}`)).status]).toEqual([address, 200])
})

test('serves every module that the page imports, as JavaScript that may be cached forever', async () => {
  const url = await start()
  const app = addresses(await (await fetch(url)).text()).find((address) => address.endsWith('app.js'))!
  const seen = new Set<string>()
  const visit = async (address: string): Promise<void> => {
    if (seen.has(address)) return
    seen.add(address)
    const response = await fetch(address)
    expect([address, response.status]).toEqual([address, 200])
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    for (const [, specifier] of (await response.text()).matchAll(/^(?:import|\}) .*from '(.*)';?$/gm))
      await visit(new URL(specifier!, address).href)
  }
  await visit(new URL(app, `${url}/`).href)
  const names = [...seen].map((address) => address.split('/').at(-1))
  expect(names).toContain('uplot.js')
  expect(names.length).toBeGreaterThan(10)
})

test('serves neither the assets of another release nor other files', async () => {
  const url = await start()
  const app = addresses(await (await fetch(url)).text()).find((address) => address.endsWith('app.js'))!
  const status = async (path: string) => (await fetch(`${url}/${path}`)).status
  expect(await status(app)).toBe(200)
  expect(await status(app.replace(/page\/\w+/, 'page/0000000000000000'))).toBe(404)
  expect(await status(app.replace('app.js', 'tsconfig.json'))).toBe(404)
  expect(await status(app.replace('app.js', '..%2Fassets.ts'))).toBe(404)
})

test('compresses the JSON, unless the client does not accept that', async () => {
  const url = await start()
  const plain = await fetch(`${url}/api/v1/live`, { headers: { 'accept-encoding': 'identity' } })
  expect(plain.headers.get('content-encoding')).toBeNull()
  expect(plain.headers.get('cache-control')).toBe('no-store')
  expect(plain.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(Number(plain.headers.get('content-length'))).toBe((await plain.arrayBuffer()).byteLength)
  const compressed = await fetch(`${url}/api/v1/live`, { headers: { 'accept-encoding': 'gzip' } })
  expect(compressed.headers.get('content-encoding')).toBe('gzip')
  expect(await compressed.json()).toMatchObject({ version: '1.2.3', vms: [{ label: 'web', pid: 10 }] })
})

test.each(['soon', '-1', '', '1e3', 'NaN'])('refuses since=%s', async (since) => {
  const response = await fetch(`${await start()}/api/v1/live?since=${since}`)
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({
    error: 'since must be a time in seconds since the Unix epoch, such as 1700000000.5',
  })
})

test('with since, the history has only later samples', async () => {
  const url = await start()
  const ask = async (since: number) =>
    (await (await fetch(`${url}/api/v1/live?since=${since}`)).json()) as LiveDocument
  const { at, history } = await ask(1.5)
  expect(history.at).toEqual([at])
  expect((await ask(at)).history.at).toEqual([])
})

test('finds a VM by its process ID', async () => {
  const url = await start()
  const ask = async (pid: string) => {
    const response = await fetch(`${url}/api/v1/live/vms/${pid}`)
    return [response.status, await response.json()]
  }
  expect(await ask('10')).toMatchObject([200, { vm: { label: 'web' }, exits: { seconds: null } }])
  for (const pid of ['11', 'web', '10x', '%3Cscript%3E'])
    expect(await ask(pid)).toEqual([404, { error: 'no running VM has this process ID' }])
})

test('answers 503 if the host cannot be read, without the reason', async () => {
  const url = await start(async () => {
    throw new Error('secret path')
  })
  for (const path of ['live', 'live/vms/10']) {
    const response = await fetch(`${url}/api/v1/${path}`)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      error: 'The exporter cannot read this host at the moment. See its log for the reason.',
    })
  }
})
