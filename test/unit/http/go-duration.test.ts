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
])('%s is %d ms', (text, milliseconds) => {
  expect(parseGoDuration(text)).toBeCloseTo(milliseconds, 9)
})

test.each(['', '1', 's', '1 s', '-1s', '1d', '1s x'])('%j is not a duration', (text) => {
  expect(parseGoDuration(text)).toBeUndefined()
})
