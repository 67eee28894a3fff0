import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Polling } from '../../../../src/ui/browser/polling.js'

interface Answer {
  readonly at: number
}

const answerOf = (at: number): Answer => ({ at })

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

const poll = (onAnswer: (answer: Answer) => void = () => {}) =>
  new Polling<Answer>({
    address: (since) => `live?since=${since}`,
    onAnswer(answer) {
      onAnswer(answer)
      shown.push(answer.at)
      return 5
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
  expect(failures).toEqual(["This page cannot show the exporter's answer (TypeError: x is undefined)."])
  await vi.advanceTimersByTimeAsync(1000)
  expect(shown).toEqual([10, 20])
  expect(asked).toEqual(['live?since=0', 'live?since=10', 'live?since=15'])
})

test('an answer that is none, as of a proxy, is told, and it asks on', async () => {
  bodies = [() => '<!doctype html>', () => JSON.stringify(answerOf(10))]
  poll()
  await vi.advanceTimersByTimeAsync(0)
  expect(failures).toEqual([
    'The answer is not JSON: it is incomplete, or it does not come from the exporter.',
  ])
  await vi.advanceTimersByTimeAsync(1000)
  expect(shown).toEqual([10])
})

test('an exporter that answers the same look again and again is not taken for a live one', async () => {
  poll()
  await vi.advanceTimersByTimeAsync(5000 + 19_000)
  expect([asked.length, shown, failures]).toEqual([21, [99], []])
  await vi.advanceTimersByTimeAsync(1000)
  expect(failures).toEqual(['The exporter answers but no longer samples the host; its log may say why.'])
  bodies = [() => JSON.stringify(answerOf(120))]
  await vi.advanceTimersByTimeAsync(1000)
  expect(shown).toEqual([99, 120])
})
