// TLS, client certificates, passwords, headers and limits from --web.config.file, and how changes of it are applied.
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestOptions } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { hashSync } from 'bcryptjs'
import { afterAll, afterEach, expect, test } from 'vitest'
import { makeAuthority, makeCertificate } from '../helpers/certificates.ts'
import { ask } from '../helpers/http-request.ts'
import { eventually, type RunningProcess, runKvminfo, startServe } from '../helpers/kvminfo-process.ts'

const directory = mkdtempSync(join(tmpdir(), 'kvminfo-tls-'))
afterAll(() => rmSync(directory, { recursive: true }))

const authority = makeAuthority(directory, 'authority')
const server = makeCertificate(directory, authority, 'server', 'IP:127.0.0.1')
const prometheus = makeCertificate(
  directory,
  authority,
  'prometheus',
  'DNS:prometheus.example,URI:spiffe://site/prometheus',
)
const otherClient = makeCertificate(directory, authority, 'other', 'DNS:other.example')
const strangerAuthority = makeAuthority(directory, 'stranger-authority')
const stranger = makeCertificate(directory, strangerAuthority, 'stranger', 'DNS:prometheus.example')

const running: RunningProcess[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((serve) => serve.stop()))
})

let files = 0
function webFile(text: string): string {
  files += 1
  const path = join(directory, `web-${files}.yml`)
  writeFileSync(path, text)
  return path
}

/** Replaces the file atomically, as Kubernetes and careful operators do. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

async function start(path: string, environment: NodeJS.ProcessEnv = {}) {
  const { serve, urls } = await startServe([`--web.config.file=${path}`], environment)
  running.push(serve)
  const get = async (options: RequestOptions = {}): Promise<number | string> => {
    try {
      return (await ask(`${urls[0]}/-/healthy`, { ca: authority.cert, ...options })).status
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error)
    }
  }
  return { serve, url: urls[0]!, get }
}

const serverTls = `
  cert_file: server.crt
  key_file: ${server.keyFile}`

test('serves TLS 1.2 and 1.3 with the operator’s certificate, and refuses older versions', async () => {
  const { url, get } = await start(webFile(`tls_server_config:${serverTls}\n`))
  expect(url).toMatch(/^https:\/\/127.0.0.1:\d+$/)
  expect(await get()).toBe(200)
  expect(await get({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })).toBe(200)
  expect(await get({ minVersion: 'TLSv1.3' })).toBe(200)
  const old: RequestOptions = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }
  expect(await get(old)).toBe('EPROTO')
  expect(await get({ ca: strangerAuthority.cert })).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  await expect(ask(url.replace('https:', 'http:'))).rejects.toThrow()
  expect(await get({ headers: { host: 'evil.example' }, checkServerIdentity: () => undefined })).toBe(421)
})

test('uses the chosen versions, cipher suites and curves', async () => {
  const inline = (pem: string) => JSON.stringify(pem)
  const path = webFile(`tls_server_config:
  cert: ${inline(server.cert)}
  key: ${inline(server.key)}
  min_version: TLS11
  max_version: TLS12
  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]
  curve_preferences: [CurveP384]
`)
  const { url, get } = await start(path)
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', ca: authority.cert })
  await new Promise((resolve) => socket.once('secureConnect', resolve))
  expect([socket.getProtocol(), socket.getCipher().standardName]).toEqual([
    'TLSv1.2',
    'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  ])
  expect(socket.getEphemeralKeyInfo()).toMatchObject({ type: 'ECDH', name: 'secp384r1' })
  socket.destroy()
  expect(await get({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' })).toBe(
    200,
  )
  expect(await get({ minVersion: 'TLSv1.3' })).toBe('EPROTO')
  expect(await get({ ecdhCurve: 'P-256' })).toBe('EPROTO')
  expect(await get({ ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' })).toBe('EPROTO')
})

const clients = { none: {}, prometheus, other: otherClient, stranger }
const refusals = ['ECONNRESET', 'EPIPE']

/** The clients that a policy lets in. */
async function admitted(settings: string, environment: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const { get } = await start(webFile(`tls_server_config:${serverTls}\n${settings}`), environment)
  const names: string[] = []
  for (const [name, { cert, key }] of Object.entries<{ cert?: string; key?: string }>(clients)) {
    const result = await get(cert === undefined ? {} : { cert, key })
    if (result === 200) names.push(name)
    else expect(refusals).toContain(result)
  }
  return names
}

test.each([
  ['NoClientCert', '', ['none', 'prometheus', 'other', 'stranger']],
  ['RequestClientCert', '', ['none', 'prometheus', 'other', 'stranger']],
  ['RequireAnyClientCert', '', ['prometheus', 'other', 'stranger']],
  ['VerifyClientCertIfGiven', 'client_ca_file: authority.crt', ['none', 'prometheus', 'other']],
  ['RequireAndVerifyClientCert', 'client_ca_file: authority.crt', ['prometheus', 'other']],
])('client_auth_type %s, %s lets in %j', async (type, more, names) => {
  expect(await admitted(`  client_auth_type: ${type}\n${more && `  ${more}\n`}`)).toEqual(names)
})

test.each([
  ['[prometheus.example]', ['prometheus']],
  ['["spiffe://site/prometheus", other.example]', ['prometheus', 'other']],
  ['["*.example"]', []],
])('client_allowed_sans %s lets in %j', async (sans, names) => {
  const settings = `  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: authority.crt
  client_allowed_sans: ${sans}
`
  expect(await admitted(settings)).toEqual(names)
})

test.each([
  ['VerifyClientCertIfGiven', ['none', 'prometheus', 'other']],
  ['RequireAndVerifyClientCert', ['prometheus', 'other']],
])(
  'client_auth_type %s without client_ca_file verifies by the authorities of the system, as in Go',
  async (type, names) => {
    const ofSystem = { SSL_CERT_FILE: authority.certFile, SSL_CERT_DIR: '/nonexistent' }
    expect(await admitted(`  client_auth_type: ${type}\n`, ofSystem)).toEqual(names)
  },
)

const basic = (name: string, password: string) => ({ auth: `${name}:${password}` })

test('logs only a few of many refused clients', async () => {
  const { serve, get } = await start(
    webFile(
      `tls_server_config:${serverTls}\n  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ${authority.certFile}\n`,
    ),
  )
  for (let client = 0; client < 30; client++) expect(await get()).not.toBe(200)
  const { stderr } = await serve.stop()
  expect(stderr.match(/level=warn msg="TLS client refused"/g)).toHaveLength(10)
})

test('asks for a password on every path, refuses a wrong one, and logs no secret', async () => {
  const hash = hashSync('hunter2', 4)
  const { serve, url, get } = await start(webFile(`basic_auth_users:\n  alice: ${hash}\n`))
  for (const path of ['/', '/metrics', '/-/healthy', '/-/ready', '/missing']) {
    const { status, headers, body } = await ask(`${url}${path}`)
    expect([path, status, body]).toEqual([path, 401, 'Unauthorized\n'])
    expect(headers['www-authenticate']).toBe('Basic realm="metrics", charset="UTF-8"')
  }
  expect(await get(basic('alice', 'hunter2'))).toBe(200)
  expect(await get(basic('alice', 'hunter3'))).toBe(401)
  expect(await get(basic('bob', 'hunter2'))).toBe(401)
  const { stderr } = await serve.stop()
  expect(stderr).not.toContain('hunter')
  expect(stderr).not.toContain(hash)
})

test('answers 503 if too many passwords are waiting to be checked, but always answers a known client', async () => {
  const { get } = await start(webFile(`basic_auth_users:\n  alice: ${hashSync('secret', 10)}\n`))
  expect(await get({ auth: 'alice:secret' })).toBe(200)
  const wrong = Array.from({ length: 60 }, (_, index) => get({ auth: `alice:wrong-${index}` }))
  expect(await get({ auth: 'alice:secret' })).toBe(200)
  expect(new Set(await Promise.all(wrong))).toEqual(new Set([401, 503]))
})

test.each([
  ['unknown users from the same address', (index: number) => ({ auth: `nobody-${index}:x` }), '127.0.0.1'],
  [
    'wrong passwords from another address',
    (index: number) => ({ auth: `alice:wrong-${index}` }),
    '127.0.0.2',
  ],
])('a flood of %s does not keep out a client that is not known yet', async (_what, attempt, ofFlood) => {
  const users = ['alice', 'bob'].map((name) => `  ${name}: ${hashSync('secret', 10)}\n`).join('')
  const { get } = await start(webFile(`basic_auth_users:\n${users}`))
  let isOver = false
  const flood = Array.from({ length: 40 }, async (_, client) => {
    for (let index = client; !isOver; index += 40) {
      expect([401, 503]).toContain(await get({ ...attempt(index), localAddress: ofFlood }))
    }
  })
  try {
    // The flood has begun when it gets its first answers.
    await get({ auth: 'alice:wrong', localAddress: ofFlood })
    expect(await get({ auth: 'alice:secret', localAddress: '127.0.0.1' })).toBe(200)
    expect(await get({ auth: 'bob:secret', localAddress: '127.0.0.1' })).toBe(200)
  } finally {
    isOver = true
    await Promise.all(flood)
  }
})

test('sets the configured headers instead of its own, and keeps to the rate limit', async () => {
  const path = webFile(`
http_server_config:
  http2: true
  headers:
    X-Frame-Options: sameorigin
    Strict-Transport-Security: max-age=600
rate_limit:
  interval: 1h
  burst: 2
`)
  const { serve, url } = await start(path)
  const { headers } = await ask(`${url}/-/healthy`)
  expect(headers).toMatchObject({
    'x-frame-options': 'sameorigin',
    'strict-transport-security': 'max-age=600',
    'x-content-type-options': 'nosniff',
  })
  expect((await ask(`${url}/-/healthy`)).status).toBe(200)
  const refused = await ask(`${url}/-/healthy`)
  expect([refused.status, refused.body]).toEqual([429, 'Too Many Requests\n'])
  await serve.logged('this server has no HTTP/2')
})

test('applies a changed file immediately; a broken one locks everybody out until it is fixed', async () => {
  const users = (password: string) => `basic_auth_users:\n  alice: ${hashSync(password, 4)}\n`
  const path = webFile(users('first'))
  const { serve, get } = await start(path)
  expect(await get(basic('alice', 'first'))).toBe(200)

  replace(path, users('second'))
  expect(await get(basic('alice', 'first'))).toBe(401)
  expect(await get(basic('alice', 'second'))).toBe(200)

  replace(path, 'basic_auth_users:\n  alice: hunter2\n')
  expect(await get(basic('alice', 'second'))).toBe(500)
  expect(await get(basic('alice', 'hunter2'))).toBe(500)
  const lines = await serve.logged('web configuration is broken; all clients are refused until it is fixed')
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain(`${path}:2: basic_auth_users.alice: is not a bcrypt hash`)
  expect(lines[0]).not.toContain('hunter2')

  // An empty file is also what a reader sees while a file is being written.
  replace(path, '')
  expect(await get()).toBe(500)
  await serve.logged('the last of basic_auth_users cannot be removed while the program runs; restart it')

  replace(path, users('third'))
  expect(await get(basic('alice', 'third'))).toBe(200)
  expect(serve.isRunning).toBe(true)
})

test('uses a renewed certificate for the next connection, and refuses all clients while its key does not match', async () => {
  const own = makeCertificate(directory, authority, 'renewed', 'IP:127.0.0.1')
  const path = webFile('tls_server_config:\n  cert_file: renewed.crt\n  key_file: renewed.key\n')
  const { serve, get } = await start(path)
  expect(await get()).toBe(200)

  const next = makeCertificate(directory, strangerAuthority, 'next', 'IP:127.0.0.1')
  replace(own.certFile, next.cert)
  expect(refusals).toContain(await get())
  await serve.logged('cannot use this certificate, key or client CA')
  replace(own.keyFile, next.key)
  expect(await get({ ca: strangerAuthority.cert })).toBe(200)
  expect(await get()).not.toBe(200)

  replace(path, '')
  expect(refusals).toContain(await get({ ca: strangerAuthority.cert }))
  await serve.logged('TLS cannot be switched on or off while the program runs; restart it')
})

test('exits with code 2 if the certificate does not belong to the key', async () => {
  const path = webFile(`tls_server_config:\n  cert_file: server.crt\n  key_file: other.key\n`)
  const { code, stderr } = await runKvminfo(
    'serve',
    '--web.listen-address=127.0.0.1:0',
    `--web.config.file=${path}`,
  )
  expect(stderr).toMatch(
    /^kvminfo: .*web-\d+.yml: tls_server_config: cannot use this certificate, key or client CA: .*key values mismatch/,
  )
  expect(code).toBe(2)
})

test('cuts off a client that starts no handshake', async () => {
  const { url } = await start(webFile(`tls_server_config:${serverTls}\n`))
  const socket = connectTcp(Number(new URL(url).port), '127.0.0.1')
  const startMs = Date.now()
  await new Promise((resolve) => socket.once('close', resolve).resume())
  expect(Date.now() - startMs).toBeLessThan(30_000)
  await eventually(
    'the server still answers',
    async () => (await ask(`${url}/-/healthy`, { ca: authority.cert })).status,
  )
})

test('clients that sent no request do not delay the stop, with or without a handshake', async () => {
  const { serve, url } = await start(webFile(`tls_server_config:\n${serverTls}`))
  const port = Number(new URL(url).port)
  const shaken = connect({ port, host: '127.0.0.1', ca: authority.cert })
  await once(shaken, 'secureConnect')
  const silent = connectTcp(port, '127.0.0.1')
  await once(silent, 'connect')
  expect((await ask(`${url}/-/healthy`, { ca: authority.cert })).status).toBe(200)
  for (const socket of [shaken, silent]) socket.on('error', () => {})
  const { code, stderr } = await serve.stop()
  expect(code).toBe(0)
  expect(stderr).toMatch(/ msg=stopped\n$/)
})
