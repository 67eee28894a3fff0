import { createServer, type RequestListener, type Server } from 'node:http'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { onlyKnownHosts, parseAllowedHost } from '../../../src/http/allowed-hosts.ts'
import { createApp } from '../../../src/http/app.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'

async function listening(listener: RequestListener, host: string): Promise<Server> {
  const server = createServer(listener)
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return server
}

/** The whole answer to a request with these lines. */
function answerTo(server: Server, address: string, ...lines: string[]): Promise<string> {
  const { port } = server.address() as { port: number }
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, address, () =>
      socket.write([...lines, 'Connection: close', '', ''].join('\r\n')),
    )
    socket.setEncoding('latin1').on('data', (text) => {
      answer += text
    })
    socket.on('error', reject).on('close', () => resolve(answer))
  })
}

const appWith = (...names: string[]) =>
  createApp(
    [
      onlyKnownHosts(names),
      (_request, response) => {
        response.send('passed')
      },
    ],
    recordedLog().log,
  )

async function statusOn(server: Server, address: string, host: string): Promise<number> {
  return Number((await answerTo(server, address, 'GET / HTTP/1.1', `Host: ${host}`)).slice(9, 12))
}

const localHosts = [
  'localhost',
  'LocalHost:1',
  'localhost.',
  '127.0.0.1:9756',
  '127.8.9.10',
  '127.1',
  '[::1]:80',
  '[::1]',
]
const localForms = ['[::ffff:127.0.0.1]', '[0:0:0:0:0:0:0:1]:9756', '0x7f000001']
const foreignHosts = [
  'evil.example',
  'evil.example:9756',
  'localhost.evil.example',
  'notlocalhost',
  '0.0.0.0',
  '[::]',
]
const foreignForms = [
  '192.0.2.1',
  '127.0.0.1.evil.example',
  'evil@localhost',
  'evil.example#localhost',
  '',
  ':9756',
  '%zz',
  '[',
]

test.each(['127.0.0.1', '::1'])(
  'on %s, answers 421 to all but loopback names and addresses',
  async (address) => {
    const server = await listening(appWith(), address)
    for (const host of [...localHosts, ...localForms])
      expect([host, await statusOn(server, address, host)]).toEqual([host, 200])
    for (const host of [...foreignHosts, ...foreignForms]) {
      expect([host, await statusOn(server, address, host)]).toEqual([host, 421])
    }
  },
)

test('says what to do, and does not repeat the name', async () => {
  const server = await listening(appWith(), '127.0.0.1')
  const answer = await answerTo(server, '127.0.0.1', 'GET / HTTP/1.1', 'Host: evil.example')
  expect(answer).toMatch(/^HTTP\/1.1 421 Misdirected Request\r\n/)
  expect(answer).toContain('--web.allowed-host')
  expect(answer).not.toContain('evil')
})

test('knows further names, without their port', async () => {
  const server = await listening(appWith('KVM1.example', '192.0.2.7', '2001:db8::1'), '127.0.0.1')
  const statuses = [
    'kvm1.example',
    'kvm1.EXAMPLE.:80',
    '192.0.2.7:1',
    '[2001:DB8:0::1]:9',
    'kvm2.example',
    '192.0.2.8',
  ]
  expect(await Promise.all(statuses.map((host) => statusOn(server, '127.0.0.1', host)))).toEqual([
    ...[200, 200, 200, 200],
    ...[421, 421],
  ])
})

test('listeners on other addresses answer to every name, also if the request came through loopback', async () => {
  const server = await listening(appWith(), '0.0.0.0')
  expect(await statusOn(server, '127.0.0.1', 'kvm1.example')).toBe(200)
})

test('takes the host of an absolute URL before that of the header; a request without Host passes', async () => {
  const server = await listening(appWith(), '127.0.0.1')
  const statusOf = async (...lines: string[]) => (await answerTo(server, '127.0.0.1', ...lines)).slice(9, 12)
  expect(await statusOf('GET http://evil.example/ HTTP/1.1', 'Host: localhost')).toBe('421')
  expect(await statusOf('GET http://localhost:9756/ HTTP/1.1', 'Host: evil.example')).toBe('200')
  expect(await statusOf('GET / HTTP/1.0')).toBe('200')
})

test.each([
  ['kvm1.example', 'kvm1.example'],
  ['KVM1', 'kvm1'],
  ['kvm1.example.', 'kvm1.example'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['192.0.2.1', '192.0.2.1'],
  ['2001:DB8::1', '2001:db8::1'],
  ['fe80::a', 'fe80::a'],
])('reads %s as %s', (text, host) => {
  expect(parseAllowedHost(text)).toBe(host)
})

test.each(['', 'kvm1:9756', 'http://kvm1', 'kvm1/', 'a b', 'a,b', '*', '*.example', '[::1]:80', '.', 'a@b'])(
  '%j is no host name',
  (text) => {
    expect(() => parseAllowedHost(text)).toThrow(`'${text}' is not a host name`)
  },
)
