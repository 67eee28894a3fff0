import { expect, test } from 'vitest'
import { isWithin, parseWindow, type TimeWindow } from '../../../src/policy/windows.ts'

const window = (text: string): TimeWindow => {
  const parsed = parseWindow(text)
  if (typeof parsed === 'string') throw new Error(parsed)
  return parsed
}
const within = (text: string, time: string): boolean => isWithin([window(text)], Date.parse(time))

test('no window means always', () => {
  expect(isWithin([], 0)).toBe(true)
})

// 2026-11-26 is a Thursday.
test.each([
  ['09:00-17:00 UTC', '2026-11-26T09:00:00Z', true],
  ['09:00-17:00 UTC', '2026-11-26T08:59:59Z', false],
  ['09:00-17:00 UTC', '2026-11-26T17:00:00Z', false],
  ['00:00-24:00 UTC', '2026-11-26T23:59:59Z', true],
  ['Mon-Wed 09:00-17:00 UTC', '2026-11-26T10:00:00Z', false],
  ['Thu 09:00-17:00 UTC', '2026-11-26T10:00:00Z', true],
  ['Sat-Mon 09:00-17:00 UTC', '2026-11-29T10:00:00Z', true],
  ['Sat-Mon 09:00-17:00 UTC', '2026-12-01T10:00:00Z', false],
  // Past midnight: the part after midnight belongs to the evening before.
  ['Thu 22:00-06:00 UTC', '2026-11-27T05:59:00Z', true],
  ['Thu 22:00-06:00 UTC', '2026-11-26T05:59:00Z', false],
  ['Thu 22:00-06:00 UTC', '2026-11-27T06:00:00Z', false],
  ['Sun 22:00-06:00 UTC', '2026-11-30T01:00:00Z', true],
  // Berlin is one hour ahead of UTC in winter and two in summer.
  ['22:00-23:00 Europe/Berlin', '2026-11-26T21:30:00Z', true],
  ['22:00-23:00 Europe/Berlin', '2026-07-01T21:30:00Z', false],
  ['22:00-23:00 Europe/Berlin', '2026-07-01T20:30:00Z', true],
])('%s contains %s: %s', (text, time, expected) => {
  expect(within(text, time)).toBe(expected)
})

test.each([
  '',
  '9:00-17:00 UTC',
  '25:00-26:00 UTC',
  '10:00-10:00 UTC',
  '10:60-11:00 UTC',
  '10:00-11:00',
  'Mo 10:00-11:00 UTC',
])('refuses %j', (text) => {
  expect(parseWindow(text)).toMatch(/must look like|days are/)
})

test('refuses an unknown time zone and an unknown day', () => {
  expect(parseWindow('10:00-11:00 Europe/Atlantis')).toMatch('time zone is not known')
  expect(parseWindow('Foo 10:00-11:00 UTC')).toMatch('days are Mon, Tue')
})
