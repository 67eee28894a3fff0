// Requests that express does not get to see, or not as they came.
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../../src/http/app.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'

let server: Server
const { log, records } = recordedLog()
const warnings: string[] = []
const keep = (warning: Error & { code?: string }) => void warnings.push(`${warning.code} ${warning.message}`)

beforeAll(async () => {
  process.on('warning', keep)
  const app = createApp(
    [
      ({ originalUrl, url, headers }, response) =>
        void response.json({ originalUrl, url, host: headers.host }),
    ],
    log,
  )
  server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  process.off('warning', keep)
  server.close()
})

function ask(...lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const { port } = server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1', () =>
      socket.write([...lines, 'Connection: close', '', ''].join('\r\n')),
    )
    socket.setEncoding('latin1').on('data', (text) => {
      answer += text
    })
    socket.on('error', reject).on('close', () => resolve(answer))
  })
}

const urls = [
  ...[
    'http://a:99999999/metrics',
    'http://a:80:80/',
    'http://a:b/',
    'http://[::1/',
    'http://a b/',
    'http://%zz/',
  ],
  ...[
    'http://',
    'http:',
    'http:///',
    'https://:80/',
    'ftp://a:999999/',
    'javascript:alert(1)',
    'x:y',
    '//a:99999999/',
  ],
  ...[
    '//u@a:99999999/#',
    '//u@a:b/#x',
    '///',
    '/\\a:99999999/',
    '/%',
    '/%zz',
    '/#',
    '/?',
    '*',
    '/a//b',
    '/..%2f..',
  ],
  ...[
    'http://u:p@localhost:1/a?b#c',
    'HTTP://LOCALHOST/',
    'http://localhost',
    'http://a\\@b:99999/',
    'http://ａ:99999/',
  ],
]

test.each(urls)('a request for %j draws no warning of Node and no error', async (url) => {
  const answer = await ask(`GET ${url} HTTP/1.1`, 'Host: localhost')
  expect(answer).toMatch(/^HTTP\/1.1 (200|400|404) /)
  // Node emits warnings in the next tick.
  await new Promise((resolve) => setImmediate(resolve))
  expect(warnings).toEqual([])
  expect(records).toEqual([])
})

test.each(['http://a:99999999/metrics', 'http://a:80:80/', '//a:99999999/'])(
  'answers 400 to %s',
  async (url) => {
    const answer = await ask(`GET ${url} HTTP/1.1`, 'Host: localhost')
    expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/)
    expect(answer).toMatch(/\r\nX-Content-Type-Options: nosniff\r\n/)
    expect(answer).not.toContain('99999999')
  },
)

test('serves the path of an absolute URL', async () => {
  const answer = await ask('GET http://kvm1:9756/metrics?x=%20y HTTP/1.1', 'Host: other')
  expect(answer).toContain('{"originalUrl":"/metrics?x=%20y","url":"/metrics?x=%20y","host":"kvm1:9756"}')
})

test.each([
  ['Host: localhost', 'Host: localhost'],
  ['Host: localhost', 'X: y', 'hOST: evil.example'],
])('answers 400 to more than one Host header: %s, %s', async (...lines) => {
  expect(await ask('GET / HTTP/1.1', ...lines)).toMatch(/^HTTP\/1.1 400 /)
})

test('a value that is named like the header is no second Host', async () => {
  expect(await ask('GET / HTTP/1.1', 'Host: localhost', 'X: Host', 'Y: host')).toMatch(/^HTTP\/1.1 200 /)
})
