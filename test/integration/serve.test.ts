// `kvminfo serve` as a process: flags, addresses, what applies to every route, and how it stops.
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { ask } from '../helpers/http-request.ts'
import { kvminfoCommand, RunningProcess, runKvminfo, startServe } from '../helpers/kvminfo-process.ts'

const running: RunningProcess[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((serve) => serve.stop()))
})

async function start(...args: string[]) {
  const started = await startServe(args)
  running.push(started.serve)
  return started
}

test('--help shows flags and examples, --version shows the version', async () => {
  const help = await runKvminfo('serve', '--help')
  expect(help.code).toBe(0)
  expect(help.stdout).toContain('--web.listen-address=<host:port>')
  expect(help.stdout).toMatch(/^Examples:\n {2}.*\n {4}kvminfo serve$/m)
  const version = await runKvminfo('--version')
  expect(version.code).toBe(0)
  expect(version.stdout).toMatch(/^kvminfo, version \d+\.\d+\.\d+\n {2}Node: v24\./)
})

test.each([
  [
    ['serve', '--web.listen-adress', ':1'],
    /^kvminfo: unknown option '--web.listen-adress'\n\(Did you mean --web.listen-address\?\)\n\n?kvminfo serve --help/,
  ],
  [['serve', '--web.listen-address=9756'], /^kvminfo: --web.listen-address: '9756' is not a listen address/],
  [
    ['serve', '--web.config.file=/nowhere.yml'],
    /^kvminfo: .*cannot read \/nowhere.yml: no such file or directory \(ENOENT\)\n$/,
  ],
  [['serve', '--web.systemd-socket'], /^kvminfo: systemd passed no sockets/],
])('refuses %j with exit code 2', async (args, message) => {
  const { code, stdout, stderr } = await runKvminfo(...args)
  expect(stderr).toMatch(message)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})

test('listens on every given address, each with a port that the system chooses', async () => {
  const { urls } = await start('--web.listen-address=127.0.0.1:0', '--web.listen-address', '[::1]:0')
  expect(urls.map((url) => url.replace(/\d+$/, 'N'))).toEqual(['http://127.0.0.1:N', 'http://[::1]:N'])
  for (const url of urls) expect((await ask(`${url}/`)).status).toBe(200)
})

test('exits with code 1 if an address is already in use', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as { port: number }
  const { code, stderr } = await runKvminfo(
    ...['serve', '--web.listen-address=127.0.0.1:0', `--web.listen-address=127.0.0.1:${port}`],
  )
  taken.close()
  expect(code).toBe(1)
  expect(stderr).toMatch(
    new RegExp(`^kvminfo: cannot listen on 127.0.0.1:${port}: .* \\(EADDRINUSE\\)$`, 'm'),
  )
})

test('allows only GET and HEAD, does not name its server software, and lets the page load nothing from elsewhere', async () => {
  const { urls } = await start()
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    const { status, headers } = await ask(`${urls[0]}/metrics`, { method })
    expect([method, status, headers.allow]).toEqual([method, 405, 'GET, HEAD'])
  }
  const head = await ask(`${urls[0]}/`, { method: 'HEAD' })
  expect([head.status, head.body]).toEqual([200, ''])
  const missing = await ask(`${urls[0]}/missing`)
  expect([missing.status, missing.body]).toEqual([404, 'Not Found\n'])
  expect(missing.headers).not.toHaveProperty('x-powered-by')
  expect(missing.headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'deny',
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  })
})

test('refuses headers that are too long', async () => {
  const { urls } = await start()
  const { status } = await ask(`${urls[0]}/`, { headers: { 'X-Long': 'x'.repeat(20_000) } })
  expect(status).toBe(431)
})

test('logs JSON if asked to, and writes nothing to stdout', async () => {
  const serve = new RunningProcess(
    kvminfoCommand('serve', '--log.format=json', '--web.listen-address=127.0.0.1:0'),
  )
  running.push(serve)
  const [line] = await serve.logged('"msg":"listening"')
  expect(JSON.parse(line!)).toMatchObject({
    level: 'info',
    msg: 'listening',
    url: expect.stringMatching(/^http:\/\/127.0.0.1:\d+$/),
  })
  expect((await serve.stop()).stdout).toBe('')
})

/** A connection that the server has accepted and that has sent the first half of a request. */
async function halfRequest(url: string): Promise<{ finish(): Promise<string> }> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const closed = new Promise((resolve) => socket.on('close', resolve))
  // A killed server may reset the connection.
  socket.on('error', () => {})
  let received = ''
  socket.on('data', (data) => {
    received += data.toString()
  })
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n')
  // The server accepts connections in their order, so it has accepted that one when this request is answered.
  expect((await ask(`${url}/`)).status).toBe(200)
  return {
    async finish() {
      socket.write('\r\n')
      await closed
      return received
    },
  }
}

test('after SIGTERM it accepts no connection, answers the running request and exits with code 0', async () => {
  const { serve, urls } = await start()
  const request = await halfRequest(urls[0]!)
  serve.child.kill('SIGTERM')
  await serve.logged('msg="stopping')
  await expect(ask(`${urls[0]}/`)).rejects.toThrow('ECONNREFUSED')
  expect(await request.finish()).toMatch(/^HTTP\/1.1 200 OK\r\n/)
  const { code, stderr } = await serve.finished()
  expect(code).toBe(0)
  // What it says about its sources may come late, and then stands between the two.
  expect(stderr).toMatch(
    /msg="stopping once running requests are answered; a second signal stops immediately" signal=SIGTERM\n(?:.*\n)*.*msg=stopped\n$/,
  )
})

test('a second signal ends it immediately', async () => {
  const { serve, urls } = await start()
  await halfRequest(urls[0]!)
  serve.child.kill('SIGINT')
  await serve.logged('msg="stopping')
  serve.child.kill('SIGINT')
  expect(await serve.finished()).toMatchObject({ signal: 'SIGINT' })
})

const withHost = (host: string) => ({ headers: { host } })

test('answers only to names that it knows on loopback, and to every name on other addresses', async () => {
  const { urls } = await start('--web.allowed-host=kvm1.example')
  const url = urls[0]!
  for (const path of ['/', '/metrics', '/api/v1/live', '/-/healthy']) {
    const { status, body } = await ask(`${url}${path}`, withHost('evil.example'))
    expect([path, status]).toEqual([path, 421])
    expect(body).toContain('--web.allowed-host')
  }
  for (const host of ['localhost', '127.0.0.1:1', 'kvm1.example:443']) {
    expect((await ask(`${url}/-/healthy`, withHost(host))).status).toBe(200)
  }
  const everywhere = await start('--web.listen-address=:0')
  const { port } = new URL(everywhere.urls[0]!)
  expect((await ask(`http://127.0.0.1:${port}/-/healthy`, withHost('evil.example'))).status).toBe(200)
})

/** Sends these lines as a request and returns the status of the answer. */
async function statusOf(url: string, ...lines: string[]): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.setEncoding('latin1').on('data', (text) => {
    answer += text
  })
  socket.write([...lines, 'Connection: close', '', ''].join('\r\n'))
  await once(socket, 'close')
  return answer.slice(9, 12)
}

test('answers 400 to URLs that Node deprecates and to two Host headers', async () => {
  const { serve, urls } = await startServe([], { NODE_OPTIONS: '--throw-deprecation' })
  running.push(serve)
  const url = urls[0]!
  for (const target of ['http://a:99999999/metrics', 'http://a:80:80/', '//u@a:99999999/#', 'http://[::1/']) {
    expect([target, await statusOf(url, `GET ${target} HTTP/1.1`, 'Host: localhost')]).toEqual([
      target,
      '400',
    ])
  }
  expect(await statusOf(url, 'GET / HTTP/1.1', 'Host: localhost', 'Host: evil.example')).toBe('400')
  expect(await statusOf(url, 'GET http://localhost/-/healthy HTTP/1.1', 'Host: x')).toBe('200')
  expect(serve.stderr).not.toContain('Deprecation')
})

test.each([
  [['top', '--once', '--json'], 1],
  [['doctor', '--only=ksm', '--json'], 3],
])('%j fails if its output cannot be written, with exit code %i', (args, status) => {
  const full = openSync('/dev/full', 'w')
  try {
    const [command, ...rest] = kvminfoCommand(...args)
    const done = spawnSync(command, rest, { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' })
    expect([done.status, done.stderr]).toEqual([
      status,
      'kvminfo: cannot write to the standard output: no space left on device (ENOSPC)\n',
    ])
  } finally {
    closeSync(full)
  }
})
