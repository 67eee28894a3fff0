// One answer for many clients, and what happens if they do not read it. Clients use several addresses of the loopback
// network.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { type Answer, SharedAnswers } from '../../../src/http/shared-answers.ts'
import { ask } from '../../helpers/http-request.ts'
import { eventually } from '../../helpers/kvminfo-process.ts'

/** More than the kernel buffers for a connection. */
const answerBytes = 16 * 1024 * 1024

/**
 * A server whose path is the key of the answer. `made` has the keys in the order in which the answers were made, `freed`
 * those that no client needs any more. An answer waits for `held`.
 */
async function start({
  maxUnreadBytes = 10 * answerBytes,
  maxMaking = 4,
  maxReading = 40,
  bytes = answerBytes,
} = {}) {
  const answers = new SharedAnswers({ maxUnreadBytes, maxMaking, maxReading })
  const made: string[] = []
  const freed: string[] = []
  const state = { held: Promise.resolve(), failed: 0 }
  const responses: ServerResponse[] = []
  const make = async (key: string): Promise<Answer> => {
    made.push(key)
    await state.held
    if (key === '/broken') throw new Error('broken')
    const body = Buffer.alloc(bytes, key.at(-1))
    return { status: 200, headers: { 'X-Key': key }, body, free: () => freed.push(key) }
  }
  const app = express().use(async (request, response) => {
    responses.push(response)
    try {
      await answers.send(request, response, request.path, () => make(request.path))
    } catch {
      state.failed++
      response.status(500).end()
    }
  })
  const server = createServer(app)
  await once(server.listen(0, '0.0.0.0'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo

  /** A client that asks and does not read. Resolves when the answer has begun. */
  async function stalled(path: string, localAddress = '127.0.0.1'): Promise<Socket> {
    const socket = await asking(path, localAddress)
    const before = responses.length
    const response = await eventually('the request', () => responses[before - 1])
    await eventually('the answer', () => response.headersSent || undefined)
    return socket
  }

  /** Resolves when the server has the request. */
  async function asking(path: string, localAddress = '127.0.0.1'): Promise<Socket> {
    const requested = once(server, 'request')
    const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
    await requested
    return socket
  }

  const url = `http://127.0.0.1:${port}`
  return { answers, made, freed, state, responses, stalled, asking, url }
}

test('makes an answer once for all who ask while it is being made, and a new one for those who ask later', async () => {
  const { made, freed, url, answers, state, responses } = await start({ bytes: 1024 * 1024 })
  const held = Promise.withResolvers<void>()
  state.held = held.promise
  const asked = Array.from({ length: 10 }, () => ask(`${url}/a`))
  await eventually('all have asked', () => (responses.length === 10 ? true : undefined))
  held.resolve()
  for (const { status, headers, body } of await Promise.all(asked)) {
    expect([status, headers['x-key'], headers['content-length']]).toEqual([200, '/a', '1048576'])
    expect(body === 'a'.repeat(1024 * 1024)).toBe(true)
  }
  expect(made).toEqual(['/a'])
  await ask(`${url}/a`)
  expect(made).toEqual(['/a', '/a'])
  await eventually('both are freed', () => (freed.length === 2 ? true : undefined))
  expect(answers.unreadBytes).toBe(0)
})

test('an answer that many read slowly is in memory once, and hardly any of it is queued for each of them', async () => {
  const { answers, state, made, freed, asking, responses } = await start()
  const held = Promise.withResolvers<void>()
  state.held = held.promise
  const sockets: Socket[] = []
  for (let client = 0; client < 20; client++) sockets.push(await asking('/a'))
  held.resolve()
  await eventually('all answers have begun', () =>
    responses.every(({ headersSent }) => headersSent) ? true : undefined,
  )
  expect(made).toEqual(['/a'])
  expect(answers.unreadBytes).toBe(answerBytes)
  for (const { writableLength } of responses) expect(writableLength).toBeLessThan(2 * 64 * 1024)
  for (const socket of sockets.slice(1)) socket.destroy()
  await eventually('one is left', () =>
    responses.filter(({ closed }) => !closed).length === 1 ? true : undefined,
  )
  expect(freed).toEqual([])
  sockets[0]!.destroy()
  await eventually('it is freed', () => (freed.length === 1 ? true : undefined))
  expect(answers.unreadBytes).toBe(0)
})

test('if unread answers need too much memory, the one that nobody has read from for the longest time gives way', async () => {
  const { answers, stalled, freed, url } = await start({ maxUnreadBytes: 3.5 * answerBytes })
  for (const key of ['/a', '/b', '/c']) await stalled(key)
  expect(answers.unreadBytes).toBe(3 * answerBytes)
  for (const key of ['/d', '/e']) {
    expect((await ask(url + key)).body).toHaveLength(answerBytes)
    expect(answers.unreadBytes).toBeLessThanOrEqual(3 * answerBytes)
  }
  await eventually('one is freed', () => (freed.includes('/a') ? true : undefined))
  expect(freed).not.toContain('/c')
})

test('the address with the most unread answers gives way, even if another one has stalled for longer', async () => {
  const { stalled, freed, url } = await start({ maxUnreadBytes: 3.5 * answerBytes })
  await stalled('/a', '127.0.0.1')
  await stalled('/b', '127.0.0.2')
  await stalled('/c', '127.0.0.2')
  expect((await ask(`${url}/d`)).body).toHaveLength(answerBytes)
  await eventually('two are freed', () => (freed.length === 2 ? true : undefined))
  expect(freed.toSorted()).toEqual(['/b', '/d'])
})

test('if as many clients read as may, one that has stalled gives way', async () => {
  const { stalled, url, responses } = await start({ maxReading: 2 })
  for (const key of ['/a', '/b']) await stalled(key)
  expect((await ask(`${url}/c`)).body).toHaveLength(answerBytes)
  expect(responses.slice(0, 2).map(({ destroyed }) => destroyed)).toEqual([true, false])
})

test('a client of another network may read at once, in place of one of the network with the most readers', async () => {
  const { stalled, responses } = await start({ maxReading: 3 })
  await stalled('/a', '127.0.0.1')
  for (const key of ['/b', '/c']) await stalled(key, '127.0.0.2')
  await stalled('/d', '127.0.0.3')
  expect(responses.map(({ destroyed }) => destroyed)).toEqual([false, true, false, false])
})

test('sends an answer that is larger than the bound, alone', async () => {
  const { url, stalled, freed } = await start({ maxUnreadBytes: 1000 })
  await stalled('/a')
  expect((await ask(`${url}/b`)).body).toHaveLength(answerBytes)
  await eventually('both are freed', () => (freed.length === 2 ? true : undefined))
})

test('makes only a few answers at once, and none whose clients left while it waited', async () => {
  const { state, made, asking, responses, url } = await start({ maxMaking: 1, bytes: 1000 })
  const held = Promise.withResolvers<void>()
  state.held = held.promise
  await asking('/a')
  await eventually('it is being made', () => (made.length === 1 ? true : undefined))
  const leaving = await asking('/b')
  await asking('/c')
  leaving.destroy()
  await eventually('it left', () => (responses[1]!.closed ? true : undefined))
  expect(made).toEqual(['/a'])
  held.resolve()
  expect((await ask(`${url}/d`)).status).toBe(200)
  expect(made).toEqual(['/a', '/c', '/d'])
  // The next one for the same answer is not lost.
  expect((await ask(`${url}/b`)).status).toBe(200)
})

test('makes the answer that a network with few requests wants before those of a network with many', async () => {
  const { state, made, asking } = await start({ maxMaking: 1, bytes: 1000 })
  const held = Promise.withResolvers<void>()
  state.held = held.promise
  for (const key of ['/a', '/b', '/c', '/d']) await asking(key, '127.0.0.2')
  await asking('/e', '127.0.0.1')
  held.resolve()
  await eventually('all are made', () => (made.length === 5 ? true : undefined))
  expect(made).toEqual(['/a', '/e', '/b', '/c', '/d'])
})

test('clients that ask in one burst share an answer, although the server accepts them one by one', async () => {
  const { made, url } = await start({ bytes: 1000 })
  await Promise.all(Array.from({ length: 40 }, () => ask(`${url}/a`)))
  // Without the wait there would be 40.
  expect(made.length).toBeLessThan(20)
})

test('sends nothing to a client that was refused while it waited', async () => {
  const { state, made, asking, responses, freed } = await start({ bytes: 1000 })
  const held = Promise.withResolvers<void>()
  state.held = held.promise
  const socket = await asking('/a')
  await eventually('it is being made', () => (made.length === 1 ? true : undefined))
  responses[0]!.writeHead(503).end('later')
  held.resolve()
  await eventually('it is freed', () => (freed.length === 1 ? true : undefined))
  const [data] = await once(socket.setEncoding('utf8'), 'data')
  expect(data).toMatch(/^HTTP\/1.1 503 /)
})

test('a failure reaches every client, and the next one tries again', async () => {
  const { state, made, url } = await start()
  const received = await Promise.all([ask(`${url}/broken`), ask(`${url}/broken`)])
  expect(received.map(({ status }) => status)).toEqual([500, 500])
  expect(state.failed).toBe(2)
  const before = made.length
  await ask(`${url}/broken`)
  expect(made).toHaveLength(before + 1)
})

test('answers HEAD with the length, but without a body', async () => {
  const { url } = await start()
  const { headers, body } = await ask(`${url}/a`, { method: 'HEAD' })
  expect([headers['content-length'], body]).toEqual([String(answerBytes), ''])
})
