// The exporter's paths, over HTTP.
import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { Router } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { urlPath } from '../../../src/cli/flag-values.ts'
import { collectors } from '../../../src/collectors/index.ts'
import { KvminfoError } from '../../../src/errors.ts'
import { createExporterRouter, type ExporterOptions } from '../../../src/exporter/routes.ts'
import { createApp } from '../../../src/http/app.ts'
import type { HostSnapshot } from '../../../src/model/host-snapshot.ts'
import { SharedSnapshot } from '../../../src/sources/shared-snapshot.ts'
import { hostSnapshot, part, vm } from '../../helpers/host-snapshot.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'

const text = 'text/plain; version=0.0.4; charset=utf-8'
const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

const optionsOf = (options: Partial<ExporterOptions> = {}): ExporterOptions => ({
  snapshots: new SharedSnapshot({
    snapshot: async () => hostSnapshot({ vms: () => part([vm('web', 10)]) }),
  }),
  collectors,
  telemetryPath: '/metrics',
  hasProcessMetrics: true,
  version: '1.2.3',
  log: recordedLog().log,
  ...options,
})

async function start(options: Partial<ExporterOptions> = {}): Promise<string> {
  const all = optionsOf(options)
  const server = createServer(createApp([createExporterRouter(all)], all.log)).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** fetch() accepts any type and decompresses the body. */
const scrape = (url: string, headers: Record<string, string> = {}) => fetch(`${url}/metrics`, { headers })

describe('chooses the format', () => {
  test.each([
    ['*/*', text],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', text],
    ['text/plain', text],
    ['application/openmetrics-text', openMetrics],
    ['application/json', text],
    // Prometheus 2.42
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      openMetrics,
    ],
    // Prometheus 3
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
      openMetrics,
    ],
    // Prometheus 3 with another metric_name_validation_scheme or metric_name_escaping_scheme
    [
      'application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=underscores;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
      openMetrics,
    ],
    [
      'text/plain;version=0.0.4;escaping=underscores;q=0.6,application/openmetrics-text;version=1.0.0;escaping=dots;q=0.5',
      text,
    ],
    ['text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.5', text],
    ['application/openmetrics-text;version=2.0.0,text/plain;version=0.0.4;q=0.5', text],
    ['application/openmetrics-text;q=0,*/*', text],
  ])('for Accept: %s', async (accept, contentType) => {
    const response = await scrape(await start(), { accept })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe(contentType)
    expect(response.headers.get('vary')).toBe('Accept, Accept-Encoding')
    const body = await response.text()
    expect(body.endsWith('# EOF\n')).toBe(contentType === openMetrics)
    expect(body).toContain('kvminfo_vm_info{vm="web",pid="10",uuid="",machine="",source="none"} 1\n')
  })
})

describe('compresses', () => {
  test.each([
    ['gzip', 'gzip'],
    ['deflate, gzip;q=0.5', 'gzip'],
    ['identity', null],
    ['gzip;q=0', null],
    ['br', null],
  ])('for Accept-Encoding: %s', async (accepted, encoding) => {
    const response = await scrape(await start(), { 'accept-encoding': accepted })
    expect(response.headers.get('content-encoding')).toBe(encoding)
    expect(await response.text()).toContain('kvminfo_vm_info{vm="web"')
  })

  test('and sends the length of the compressed bytes', async () => {
    const url = new URL(await start())
    const asked = request({
      host: url.hostname,
      port: url.port,
      path: '/metrics',
      headers: { 'accept-encoding': 'gzip' },
    }).end()
    const [response] = await once(asked, 'response')
    const body = Buffer.concat(await response.toArray())
    expect(response.headers['content-length']).toBe(String(body.length))
    expect(gunzipSync(body).toString()).toContain('kvminfo_vm_info{vm="web"')
  })
})

describe('collect[]', () => {
  const families = (body: string) => new Set(body.match(/^kvminfo_(vm|host|source)_\w+/gm))

  test('runs only the collectors that it names', async () => {
    const url = await start()
    const response = await fetch(`${url}/metrics?collect[]=sources&collect[]=vm`)
    const body = await response.text()
    expect([...families(body)]).toEqual(['kvminfo_vm_info', 'kvminfo_vm_start_time_seconds'])
    expect(body.match(/^kvminfo_scrape_collector_success.*$/gm)).toEqual([
      'kvminfo_scrape_collector_success{collector="vm"} 1',
      'kvminfo_scrape_collector_success{collector="sources"} 1',
    ])
  })

  test('may be percent-encoded, which Prometheus does', async () => {
    const response = await fetch(`${await start()}/metrics?collect%5B%5D=vm`)
    expect((await response.text()).match(/^kvminfo_scrape_collector_success.*$/gm)).toHaveLength(1)
  })

  test('refuses a collector that is not enabled and lists the enabled ones', async () => {
    const url = await start({ collectors: collectors.filter(({ name }) => name === 'vm') })
    const response = await fetch(`${url}/metrics?collect[]=vcpu`)
    expect(response.status).toBe(400)
    expect(await response.text()).toBe(
      'collect[] names a collector that is not enabled. Enabled collectors: vm\n',
    )
  })
})

test.each([
  ['http://kvm1:9756/metrics?collect[]=vm', 200],
  ['http://kvm1:99999999/metrics', 400],
  ['http://kvm1:x/api/v1/live?since=1', 400],
])('answers a request for %s, in the form that a proxy sends, with %i', async (path, status) => {
  const { log, records } = recordedLog()
  const { hostname, port } = new URL(await start({ log }))
  const [response] = await once(request({ host: hostname, port, path }).end(), 'response')
  response.resume()
  expect(response.statusCode).toBe(status)
  expect(records).toEqual([])
})

test('answers HEAD like GET, but without a body', async () => {
  const response = await fetch(`${await start()}/metrics`, { method: 'HEAD' })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe(text)
  expect(await response.text()).toBe('')
})

test('gives concurrent scrapes a complete response each, in the format that each asked for', async () => {
  const url = await start()
  const accepts = Array.from({ length: 20 }, (_, index) =>
    index % 2 === 0 ? 'text/plain' : 'application/openmetrics-text',
  )
  const bodies = await Promise.all(accepts.map(async (accept) => (await scrape(url, { accept })).text()))
  for (const [index, body] of bodies.entries()) {
    expect(body.match(/^kvminfo_vm_info/gm)).toHaveLength(1)
    expect(body.endsWith('# EOF\n')).toBe(index % 2 === 1)
  }
})

test('a client that disconnects does not disturb the next one', async () => {
  const url = await start()
  const away = new AbortController()
  const gone = fetch(`${url}/metrics`, { signal: away.signal })
  away.abort()
  await expect(gone).rejects.toThrow()
  expect(await (await scrape(url)).text()).toContain('kvminfo_vm_info{vm="web"')
})

describe('without a snapshot', () => {
  test('scrapes and readiness fail, and both recover', async () => {
    let isBroken = true
    const { log, records } = recordedLog()
    const snapshots = new SharedSnapshot({
      snapshot: async () => {
        if (isBroken) throw new KvminfoError('SOURCE_ABSENT', '/nowhere is no procfs')
        return hostSnapshot()
      },
    })
    const url = await start({ snapshots, log })
    const status = async (path: string) => (await fetch(url + path)).status

    expect(await status('/-/ready')).toBe(503)
    expect(await status('/metrics')).toBe(500)
    expect(await status('/')).toBe(200)
    expect(await status('/-/healthy')).toBe(200)
    expect(await status('/api/v1/live')).toBe(503)
    expect(records.map(({ err }) => err)).toEqual(Array(3).fill('/nowhere is no procfs'))

    isBroken = false
    expect(await status('/-/ready')).toBe(200)
    expect(await status('/metrics')).toBe(200)
    isBroken = true
    expect(await status('/-/ready')).toBe(200)
  })
})

test('a host whose VMs cannot be listed can be scraped, but is not ready until they can be listed', async () => {
  let isBroken = true
  const vms = () => {
    if (isBroken) throw new KvminfoError('SOURCE_DENIED', 'cannot read /proc')
    return part([])
  }
  const { log, records } = recordedLog()
  const snapshots = new SharedSnapshot({ snapshot: async () => hostSnapshot({ vms }) })
  const url = await start({ snapshots, collectors: [], log })
  const up = async () => (await (await scrape(url)).text()).match(/^kvminfo_up .*$/m)?.[0]
  expect(await up()).toBe('kvminfo_up 0')
  expect((await fetch(`${url}/-/ready`)).status).toBe(503)
  expect(records).toMatchObject([{ err: 'cannot read /proc' }, { err: 'cannot read /proc' }])
  isBroken = false
  expect(await up()).toBe('kvminfo_up 1')
  expect((await fetch(`${url}/-/ready`)).status).toBe(200)
})

test('while the first snapshot is being taken, readiness says so at once, and scrapes wait for that snapshot', async () => {
  const first = Promise.withResolvers<HostSnapshot>()
  let asked = 0
  const snapshots = new SharedSnapshot({
    snapshot: () => {
      asked++
      return first.promise
    },
  })
  const url = await start({ snapshots })
  const atStart = snapshots.snapshot()
  const scraped = Promise.all([scrape(url), scrape(url)])
  const ready = await fetch(`${url}/-/ready`)
  expect([ready.status, await ready.text()]).toEqual([
    503,
    'kvminfo exporter is not ready: it is reading this host for the first time.\n',
  ])
  expect((await fetch(`${url}/-/healthy`)).status).toBe(200)

  first.resolve(hostSnapshot({ vms: () => part([vm('web', 10)]) }))
  await atStart
  for (const response of await scraped) expect(await response.text()).toContain('kvminfo_vm_info{vm="web"')
  expect((await fetch(`${url}/-/ready`)).status).toBe(200)
  expect(asked).toBeLessThanOrEqual(2)
})

test('serves metrics at the given path', async () => {
  const url = await start({ telemetryPath: '/kvm/metrics' })
  expect((await fetch(`${url}/kvm/metrics`)).status).toBe(200)
  expect((await fetch(`${url}/metrics`)).status).toBe(404)
  expect(await (await fetch(url)).text()).toContain('href="./kvm/metrics"')
})

/** The paths of a router and of the routers in it. */
function pathsOf({ stack }: Router): string[] {
  return stack.flatMap(({ route, handle }) =>
    route === undefined ? ('stack' in handle ? pathsOf(handle as unknown as Router) : []) : [route.path],
  )
}

test('--web.telemetry-path refuses every path that is already in use', () => {
  const paths = pathsOf(createExporterRouter(optionsOf()))
  expect(paths).toEqual(expect.arrayContaining(['/', '/metrics', '/-/ready', '/api/v1/live']))
  for (const path of paths) {
    const given = path.replaceAll(':', '')
    if (path === '/metrics') expect(urlPath(given)).toBe(given)
    else expect(() => urlPath(given), path).toThrow(`'${given}' is `)
  }
})
