// What is left of a server's connections when it stops.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebServer } from '../../../src/http/web-server.ts'
import { ask } from '../../helpers/http-request.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'

/** Longer than a test may take. */
const neverMs = 3_600_000

async function start(handler: Parameters<typeof WebServer.start>[1]) {
  const server = await WebServer.start(
    [{ host: '127.0.0.1', port: 0 }],
    handler,
    undefined,
    recordedLog().log,
  )
  return { server, url: server.urls[0]! }
}

async function connected(url: string, text = ''): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  if (text !== '') socket.write(text)
  return socket
}

test('connections that sent nothing hold nothing up', async () => {
  const { server, url } = await start((_request, response) => response.end())
  const silent = await Promise.all(Array.from({ length: 5 }, () => connected(url)))
  const closed = silent.map((socket) => once(socket, 'close'))
  // Behind them in the queue, so the server has them by now.
  expect((await ask(url)).status).toBe(200)
  expect(await server.stop(neverMs)).toBe('nothing')
  await Promise.all(closed)
})

test('a request that takes too long is cut off, and so called', async () => {
  const { server, url } = await start((_request, response) => response.write('part'))
  const socket = await connected(url, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'data')
  expect(await server.stop(1)).toBe('requests')
})

test('the start of one is no request', async () => {
  const { server, url } = await start((_request, response) => response.end())
  const socket = await connected(url, 'GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n')
  await once(socket, 'data')
  expect(await server.stop(1)).toBe('connections')
})
