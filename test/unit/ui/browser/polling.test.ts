// Repeated requests for JSON, and what a person is told if they fail.
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
    server: 'exporter',
    address: (since) => `live?since=${since}`,
    onAnswer(answer) {
      onAnswer(answer)
      shown.push(answer.at)
      return 5
    },
    onFailure: (reason) => failures.push(reason),
  }).start()

test('reports an answer that cannot be shown, and goes on with the next one', async () => {
  bodies = [10, 15, 20].map((at) => () => JSON.stringify(answerOf(at)))
  poll(({ at }) => {
    if (at === 15) throw new TypeError('x is undefined')
  })
  await vi.advanceTimersByTimeAsync(0)
  expect([shown, failures]).toEqual([[10], []])
  await vi.advanceTimersByTimeAsync(5000)
  expect(failures).toEqual(['This page cannot show the answer of the exporter (TypeError: x is undefined).'])
  await vi.advanceTimersByTimeAsync(1000)
  expect(shown).toEqual([10, 20])
  expect(asked).toEqual(['live?since=0', 'live?since=10', 'live?since=15'])
})

test('reports an answer that is not JSON, such as that of a proxy, and goes on', async () => {
  bodies = [() => '<!doctype html>', () => JSON.stringify(answerOf(10))]
  poll()
  await vi.advanceTimersByTimeAsync(0)
  expect(failures).toEqual([
    'The answer is not valid JSON: it is incomplete, or it does not come from the exporter.',
  ])
  await vi.advanceTimersByTimeAsync(1000)
  expect(shown).toEqual([10])
})

test('reports a server that repeats the same sample again and again', async () => {
  poll()
  await vi.advanceTimersByTimeAsync(5000 + 19_000)
  expect([asked.length, shown, failures]).toEqual([21, [99], []])
  await vi.advanceTimersByTimeAsync(1000)
  expect(failures).toEqual(['The exporter answers, but its data no longer changes. Its log may say why.'])
  bodies = [() => JSON.stringify(answerOf(120))]
  await vi.advanceTimersByTimeAsync(1000)
  expect(shown).toEqual([99, 120])
})
