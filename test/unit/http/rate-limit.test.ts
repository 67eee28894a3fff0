import { expect, test } from 'vitest'
import { RateLimit } from '../../../src/http/rate-limit.ts'

test('allows a burst at once, then one request per interval', () => {
  const limit = new RateLimit({ intervalMs: 100, burst: 3 }, 0)
  expect([0, 0, 0, 0].map((now) => limit.take(now))).toEqual([true, true, true, false])
  expect([99, 100, 101, 250, 300].map((now) => limit.take(now))).toEqual([false, true, false, true, true])
})

test('saves up no more than one burst while idle', () => {
  const limit = new RateLimit({ intervalMs: 100, burst: 2 }, 0)
  expect([100_000, 100_000, 100_000].map((now) => limit.take(now))).toEqual([true, true, false])
})
