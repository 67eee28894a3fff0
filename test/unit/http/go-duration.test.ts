import { expect, test } from 'vitest'
import { parseGoDuration } from '../../../src/http/go-duration.ts'

test.each([
  ['0', 0],
  ['0s', 0],
  ['1s', 1_000],
  ['100ms', 100],
  ['1.5s', 1_500],
  ['1m30s', 90_000],
  ['2h', 7_200_000],
  ['250us', 0.25],
  ['250µs', 0.25],
  ['250μs', 0.25],
  ['-1s', -1_000],
  ['+1s', 1_000],
  ['.5s', 500],
  ['1.s', 1_000],
  ['1h2m3.5s', 3_723_500],
])('%s is %d ms', (text, milliseconds) => {
  expect(parseGoDuration(text)).toBeCloseTo(milliseconds, 9)
})

test.each(['', '1', 's', '1 s', '.s', '--1s', '1d', '1s x', '1s-1s', '3000000h'])(
  '%j is not a duration',
  (text) => {
    expect(parseGoDuration(text)).toBeUndefined()
  },
)
