import { expect, test } from 'vitest'
import { isSameHour, msUntilSameHour } from '../../../../src/remediate/run/same-hour.ts'

const minute = 60_000
const hour = 60 * minute
const at = Date.UTC(2026, 10, 27, 14, 0)

test.each([
  ['half an hour before the time', -30 * minute, true, 24 * hour],
  ['a minute earlier', -31 * minute, false, minute],
  ['at the time itself', 0, true, 23.5 * hour],
  ['half an hour after it', 30 * minute, false, 23 * hour],
  ['a day later', 24 * hour + 29 * minute, true, 23 * hour + minute],
  ['in the night', 13 * hour, false, 10.5 * hour],
  ['a week earlier, if the clock was set back', -7 * 24 * hour, true, 23.5 * hour],
])('%s', (_when, later, isIt, until) => {
  expect([isSameHour(at, at + later), msUntilSameHour(at, at + later)]).toEqual([isIt, until])
})
