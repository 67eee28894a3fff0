// What a server does with its connections when it stops, and which errors it reports when it cannot start.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebServer } from '../../../src/http/web-server.ts'
import { ask } from '../../helpers/http-request.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'

/** Longer than any test may take. */
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

test('connections that sent nothing do not delay the stop', async () => {
  const { server, url } = await start((_request, response) => response.end())
  const silent = await Promise.all(Array.from({ length: 5 }, () => connected(url)))
  const closed = silent.map((socket) => once(socket, 'close'))
  // This request is behind them in the queue, so the server has accepted them by now.
  expect((await ask(url)).status).toBe(200)
  expect(await server.stop(neverMs)).toBe('nothing')
  await Promise.all(closed)
})

test('cuts off a request that takes too long, and reports it as a request', async () => {
  const { server, url } = await start((_request, response) => response.write('part'))
  const socket = await connected(url, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'data')
  expect(await server.stop(1)).toBe('requests')
})

test('reports an incomplete request as a connection', async () => {
  const { server, url } = await start((_request, response) => response.end())
  const socket = await connected(url, 'GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n')
  await once(socket, 'data')
  expect(await server.stop(1)).toBe('connections')
})

test('says why it cannot listen, and closes the addresses that it opened before', async () => {
  const { server, url } = await start((_request, response) => response.end())
  const port = Number(new URL(url).port)
  const startOn = (...hosts: string[]) =>
    WebServer.start(
      hosts.map((host) => ({ host, port })),
      () => {},
      undefined,
      recordedLog().log,
    )
  await expect(startOn('127.0.0.2', '127.0.0.1')).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    message: `cannot listen on 127.0.0.1:${port}: the address is already in use; ss -ltnp shows by which program (EADDRINUSE)`,
  })
  await expect(startOn('192.0.2.1')).rejects.toThrow(
    /: this host does not have the address; .*\(EADDRNOTAVAIL\)$/,
  )
  const again = await startOn('127.0.0.2')
  await Promise.all([server.stop(neverMs), again.stop(neverMs)])
})
