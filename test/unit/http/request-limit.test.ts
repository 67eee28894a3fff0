import { EventEmitter, once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Request, Response } from 'express'
import { expect, test, vi } from 'vitest'
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
      return response
    },
  })
  return response
}

function ask(limit: RequestLimit) {
  const response = fakeResponse()
  let isPassed = false
  limit.handler({} as Request, response as unknown as Response, () => {
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
  const server = createServer(async (_request, response) => {
    // As if its password was being checked in the meantime.
    await once(response, 'close')
    limit.handler({} as Request, response as unknown as Response, () => passed++)
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

test('knows how long the oldest request without a response has been running; a slow reader does not count', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  try {
    const limit = new RequestLimit(10)
    expect(limit.longestMs()).toBe(0)
    const old = ask(limit)
    vi.advanceTimersByTime(300)
    ask(limit)
    vi.advanceTimersByTime(50)
    expect(limit.longestMs()).toBe(350)
    old.response.headersSent = true
    expect(limit.longestMs()).toBe(50)
  } finally {
    vi.useRealTimers()
  }
})
