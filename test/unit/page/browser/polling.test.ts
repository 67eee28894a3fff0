import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Polling } from '../../../../src/page/browser/polling.js'
import type { LiveDocument } from '../../../../src/page/live-document.ts'

const answerOf = (at: number) =>
  ({ at, intervalSeconds: 5, history: { at: [at - 1, at] } }) as unknown as LiveDocument

let bodies: (() => string)[]
let asked: string[]
let shown: number[]
let failures: string[]

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('document', { hidden: false, addEventListener() {} })
  vi.stubGlobal('reportError', () => {})
  ;[bodies, asked, shown, failures] = [[], [], [], []]
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url)
    return new Response((bodies.shift() ?? (() => JSON.stringify(answerOf(99))))())
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const poll = (onAnswer: (answer: LiveDocument) => void = () => {}) =>
  new Polling({
    onAnswer(answer) {
      onAnswer(answer)
      shown.push(answer.at)
    },
    onFailure: (reason) => failures.push(reason),
  }).start()

test('an answer that cannot be shown is told, and the next one is asked for and shown', async () => {
  bodies = [10, 15, 20].map((at) => () => JSON.stringify(answerOf(at)))
  poll(({ at }) => {
    if (at === 15) throw new TypeError('x is undefined')
  })
  await vi.advanceTimersByTimeAsync(0)
  expect([shown, failures]).toEqual([[10], []])
  await vi.advanceTimersByTimeAsync(5000)
  expect(failures).toEqual(['This page cannot show what the exporter answers (TypeError: x is undefined).'])
  await vi.advanceTimersByTimeAsync(1000)
  expect(shown).toEqual([10, 20])
  expect(asked).toEqual(['api/v1/live?since=0', 'api/v1/live?since=10', 'api/v1/live?since=15'])
})

test('an answer that is none, as of a proxy, is told, and it asks on', async () => {
  bodies = [() => '<!doctype html>', () => JSON.stringify(answerOf(10))]
  poll()
  await vi.advanceTimersByTimeAsync(0)
  expect(failures).toEqual(['What answers is not the exporter, or it broke off: it is no JSON.'])
  await vi.advanceTimersByTimeAsync(1000)
  expect(shown).toEqual([10])
})

test('an exporter that answers the same look again and again is not taken for a live one', async () => {
  poll()
  await vi.advanceTimersByTimeAsync(5000 + 19_000)
  expect([asked.length, shown, failures]).toEqual([21, [99], []])
  await vi.advanceTimersByTimeAsync(1000)
  expect(failures).toEqual([
    'The exporter answers, but it does not look at the host any more; its log may say why.',
  ])
  bodies = [() => JSON.stringify(answerOf(120))]
  await vi.advanceTimersByTimeAsync(1000)
  expect(shown).toEqual([99, 120])
})
