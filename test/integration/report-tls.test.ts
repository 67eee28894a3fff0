// `kvminfo report` asks a Prometheus over TLS: with a password and a client certificate, as --web.config.file of Debian's
// Prometheus demands, and with a token and a tenant, as a gateway before it does.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Report } from '../../src/report/document.ts'
import { makeAuthority, makeCertificate } from '../helpers/certificates.ts'
import { runKvminfo } from '../helpers/kvminfo-process.ts'
import { largeFleetSeries, openMetrics } from '../helpers/report/fleet.ts'
import { type FilledPrometheus, startFilledPrometheus } from '../helpers/report/prometheus.ts'

const directory = mkdtempSync(join(tmpdir(), 'kvminfo-report-tls-'))
const authority = makeAuthority(directory, 'authority')
const server = makeCertificate(directory, authority, 'server', 'IP:127.0.0.1')
const client = makeCertificate(directory, authority, 'client', 'DNS:reports.example')
const password = 'a password: with a colon'
const token = 'a-token-of-the-gateway'

let prometheus: FilledPrometheus
let gateway: Server
let gatewayUrl: string

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

beforeAll(async () => {
  const tls = { cert_file: server.certFile, key_file: server.keyFile, client_ca_file: authority.certFile }
  const webConfig = file(
    'web.yml',
    JSON.stringify({
      tls_server_config: { ...tls, client_auth_type: 'RequireAndVerifyClientCert' },
      basic_auth_users: { reports: hashSync(password, 4) },
    }),
  )
  prometheus = await startFilledPrometheus(directory, openMetrics(largeFleetSeries(1, 3), 1800), {
    webConfig,
  })
  const { cert, key } = client
  const access = { ca: authority.cert, cert, key, auth: `reports:${password}`, method: 'POST' }
  gateway = createServer({ cert: server.cert, key: server.key }, (asked, response) => {
    const { authorization, host, ...headers } = asked.headers
    if (authorization !== `Bearer ${token}` || headers['x-scope-orgid'] !== 'team-a')
      response.writeHead(401).end('no token of this tenant')
    else {
      const path = asked.url!.replace(/^\/tenants/, '')
      const forwarded = request(new URL(path, prometheus.url), { ...access, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(response)
      })
      asked.pipe(forwarded)
    }
  })
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
  gatewayUrl = `https://127.0.0.1:${(gateway.address() as AddressInfo).port}/tenants`
}, 120_000)

afterAll(async () => {
  gateway?.closeAllConnections()
  gateway?.close()
  await prometheus?.stop()
  rmSync(directory, { recursive: true, force: true })
})

const ask = (url: string, ...flags: string[]) =>
  runKvminfo(
    'report',
    `--prometheus=${url}`,
    '--from=2026-10-01',
    '--to=2026-10-03',
    '--format=json',
    ...flags,
  )

const trust = `--tls.ca-file=${authority.certFile}`
const certificate = [`--tls.cert-file=${client.certFile}`, `--tls.key-file=${client.keyFile}`]
const passwordFlag = (text: string) => `--http.basic-auth-file=${file('password', `${text}\n`)}`

test('with a client certificate and a password', async () => {
  const { code, stdout, stderr } = await ask(
    prometheus.url,
    trust,
    ...certificate,
    passwordFlag(`reports:${password}`),
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { fleet, vms } = JSON.parse(stdout) as Report
  expect(fleet).toMatchObject({ hosts: 1, vms: 3 })
  expect(vms.map(({ name }) => name).sort()).toEqual(['vm-0', 'vm-1', 'vm-2'])
})

test('with a token and a tenant', async () => {
  const tokenFile = `--http.bearer-token-file=${file('token', `${token}\n`)}`
  const { code, stdout, stderr } = await ask(
    gatewayUrl,
    trust,
    tokenFile,
    '--http.header=X-Scope-OrgID: team-a',
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect((JSON.parse(stdout) as Report).fleet).toMatchObject({ hosts: 1, vms: 3 })
})

test('says what to do without each of them, and repeats no secret', async () => {
  const refusal = async (url: string, ...flags: string[]) => {
    const { code, stdout, stderr } = await ask(url, ...flags)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).not.toMatch(/a password|a-token|cmVwb3J0/)
    return stderr
  }
  expect(await refusal(prometheus.url, ...certificate)).toContain(
    'give the CA of the server by --tls.ca-file',
  )
  expect(await refusal(prometheus.url, trust)).toContain('--tls.cert-file')
  for (const text of ['reports:wrong', `nobody:${password}`]) {
    expect(await refusal(prometheus.url, trust, ...certificate, passwordFlag(text))).toMatch(
      /HTTP 401, Unauthorized; give credentials by --http\.basic-auth-file/,
    )
  }
  expect(await refusal(gatewayUrl, trust)).toMatch(/HTTP 401, no token of this tenant; .*--http\.header/)
})
