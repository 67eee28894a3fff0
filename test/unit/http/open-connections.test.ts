// Which connections give way if all places are taken. Clients use several addresses of the loopback network.
import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { OpenConnections } from '../../../src/http/open-connections.ts'

const neverMs = 3_600_000

interface Client {
  readonly socket: Socket
  /** Everything that it received so far. */
  readonly received: () => string
  readonly closed: Promise<unknown>
}

/** A server with three places. `next` resolves to the next response that it is to send. */
async function start(answerDeadlineMs = neverMs) {
  const connections = new OpenConnections({ max: 3, answerDeadlineMs })
  const pending: ServerResponse[] = []
  const handler: RequestListener = (request, response) => {
    if (connections.admit(request, response)) pending.push(response)
  }
  const server = createServer(handler)
  connections.watch(server)
  await once(server.listen(0, '0.0.0.0'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo

  /** Resolves when the server has accepted it. */
  async function client(host = '127.0.0.1', text = ''): Promise<Client> {
    const accepted = once(server, 'connection')
    const socket = connect({ port, host: '127.0.0.1', localAddress: host })
    onTestFinished(() => void socket.destroy())
    let received = ''
    socket.setEncoding('latin1').on('data', (data) => {
      received += data
    })
    socket.on('error', () => undefined)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await accepted
    if (text !== '') socket.write(text)
    return { socket, closed, received: () => received }
  }

  async function asking(host?: string): Promise<{ client: Client; response: ServerResponse }> {
    const requested = once(server, 'request')
    const asked = await client(host, get)
    await requested
    return { client: asked, response: pending.at(-1)! }
  }

  return { server, connections, client, asking, pending }
}

const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

test('the connection that has been idle for the longest time gives way to a new one', async () => {
  const { client, asking } = await start()
  const idle = [await client(), await client(), await client()]
  const { client: fourth, response } = await asking()
  await idle[0]!.closed
  response.end('yes')
  await once(fourth.socket, 'data')
  expect(fourth.received()).toContain('yes')
  expect(idle.map(({ socket }) => socket.closed)).toEqual([true, false, false])
})

test('a connection between requests gives way before one that reads an answer', async () => {
  const { client, asking } = await start()
  const reading = await asking()
  reading.response.write('part')
  const between = await asking()
  between.response.end('all')
  await once(between.client.socket, 'data')
  const { client: third } = await asking()
  await client()
  await between.client.closed
  expect([reading.client.socket.closed, third.socket.closed]).toEqual([false, false])
})

test('a connection that reads gives way before one that waits for its answer, and of those the oldest does', async () => {
  const { client, asking } = await start()
  const waiting = [await asking(), await asking()]
  const reading = await asking()
  reading.response.write('part')
  const idle = await client()
  await reading.client.closed
  waiting.push(await asking())
  await idle.closed
  // A fourth, so that one of those that wait gives way.
  await client()
  await waiting[0]!.client.closed
  for (const { client: asked, response } of waiting.slice(1)) {
    response.end('yes')
    if (asked.received() === '') await once(asked.socket, 'data')
    expect(asked.received()).toContain('yes')
  }
})

test('the address with the most connections gives way, even if another one has been idle for longer', async () => {
  const { client } = await start()
  const other = await client('127.0.0.3')
  const greedy = [await client('127.0.0.2'), await client('127.0.0.2')]
  await client('127.0.0.1')
  await greedy[0]!.closed
  await client('127.0.0.3')
  // Now one of .2, one of .1, and two of .3.
  await other.closed
  expect(greedy[1]!.socket.closed).toBe(false)
})

test('a client that takes its answer keeps its place before one that does not', async () => {
  const { client, asking } = await start()
  const [stalled, taking, third] = [await asking(), await asking(), await asking()]
  const piece = 'x'.repeat(1024 * 1024)
  for (const { client: asked, response } of [stalled, taking, third]) {
    if (asked === stalled.client) asked.socket.pause()
    response.write(piece)
  }
  // Fills the buffers of the kernel.
  for (let written = 0; written < 32; written++) stalled.response.write(piece)
  for (let written = 0; written < 3; written++) {
    taking.response.write(piece)
    await once(taking.response, 'drain')
    third.response.write(piece)
    await once(third.response, 'drain')
  }
  await client()
  stalled.client.socket.resume()
  await stalled.client.closed
  expect([taking.client.socket.closed, third.client.socket.closed]).toEqual([false, false])
})

test('closes a connection whose answer is not complete at its deadline', async () => {
  const { asking } = await start(50)
  const { client, response } = await asking()
  response.write('part')
  await client.closed
  expect(client.received()).toContain('part')
})

test('answers one request of a client that sends many at once, and closes the connection', async () => {
  const { client, pending, connections } = await start()
  const many = await client('127.0.0.1', get.repeat(1000))
  while (pending.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(connections.requests).toBe(1)
  pending[0]!.end('once')
  await many.closed
  expect(pending).toHaveLength(1)
  expect(many.received().match(/once/g)).toHaveLength(1)
  expect(connections.requests).toBe(0)
})

test('answers one request after the other on one connection', async () => {
  const { client, pending } = await start()
  const { socket, received } = await client()
  for (let index = 0; index < 3; index++) {
    socket.write(get)
    while (pending.length === index) await new Promise((resolve) => setTimeout(resolve, 5))
    pending[index]!.setHeader('Content-Length', 1).write(String(index))
    pending[index]!.end()
    while (!received().endsWith(`\r\n\r\n${index}`)) await once(socket, 'data')
  }
})
