import { EventEmitter, once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Request, Response } from 'express'
import { expect, test } from 'vitest'
import { RequestLimit } from '../../../src/http/request-limit.ts'

function fakeResponse() {
  const response = Object.assign(new EventEmitter(), {
    headersSent: false,
    sent: '',
    code: 200,
    set: () => response,
    type: () => response,
    status(code: number) {
      response.code = code
      return response
    },
    send(text: string) {
      response.sent = text
      response.headersSent = true
      return response
    },
  })
  return response
}

function ask(limit: RequestLimit, remoteAddress = '127.0.0.1') {
  const response = fakeResponse()
  let isPassed = false
  limit.handler({ socket: { remoteAddress } } as Request, response as unknown as Response, () => {
    isPassed = true
  })
  return { response, isPassed: () => isPassed }
}

test('allows as many requests as the limit, and the next one after one has closed', () => {
  const limit = new RequestLimit(2)
  const [first, second, third] = [ask(limit), ask(limit), ask(limit)]
  expect([first.isPassed(), second.isPassed(), third.isPassed()]).toEqual([true, true, false])
  expect(third.response.code).toBe(503)
  first.response.emit('close')
  expect(ask(limit).isPassed()).toBe(true)
  expect(ask(limit).isPassed()).toBe(false)
})

test('a client that disconnected earlier takes no slot', async () => {
  const limit = new RequestLimit(1)
  let passed = 0
  const judged = new EventEmitter()
  const server = createServer(async (request, response) => {
    // As if its password was being checked in the meantime.
    await once(response, 'close')
    limit.handler(request as Request, response as unknown as Response, () => passed++)
    judged.emit('done')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const client = get({ port: (server.address() as AddressInfo).port })
    client.on('error', () => undefined)
    await once(server, 'request')
    const done = once(judged, 'done')
    client.destroy()
    await done
  } finally {
    server.close()
  }
  expect(passed).toBe(0)
  expect(ask(limit).isPassed()).toBe(true)
})

test('0 means no limit', () => {
  const limit = new RequestLimit(0)
  expect(Array.from({ length: 100 }, () => ask(limit).isPassed())).not.toContain(false)
})

test('a request whose answer has begun has no place any more', () => {
  const limit = new RequestLimit(1)
  const first = ask(limit)
  expect(ask(limit).isPassed()).toBe(false)
  first.response.headersSent = true
  expect(ask(limit).isPassed()).toBe(true)
})

test('if one address has all places, its last request gives way to one from another address', () => {
  const limit = new RequestLimit(4)
  const greedy = [1, 2, 3, 4].map(() => ask(limit, '192.0.2.1'))
  const other = ask(limit, '192.0.2.2')
  expect(other.isPassed()).toBe(true)
  expect(greedy.map(({ response }) => response.code)).toEqual([200, 200, 200, 503])
  // Now 3 and 1. The next one makes it 2 and 2, and then nobody has more than the other.
  expect(ask(limit, '192.0.2.2').isPassed()).toBe(true)
  expect(greedy.map(({ response }) => response.code)).toEqual([200, 200, 503, 503])
  expect(ask(limit, '192.0.2.2').isPassed()).toBe(false)
  expect(ask(limit, '192.0.2.1').isPassed()).toBe(false)
})
