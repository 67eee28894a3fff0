import { expect, test } from 'vitest'
import { parsePolicy } from '../../../../src/policy/schema.ts'
import { mayBegin, maySlot } from '../../../../src/remediate/guard/guards.ts'
import type { Budget } from '../../../../src/remediate/run/store.ts'

const policy = parsePolicy('instances: [a]\nwindows: [22:00-06:00 UTC]', 'policy.yml')
const fresh: Budget = {
  changesInHour: 0,
  lastEndedInSlot: undefined,
  attemptsInDay: 0,
  quarantine: undefined,
}
const noon = Date.parse('2026-11-26T12:00:00Z')
const hour = 3_600_000

test('a slot without a past may have a run', () => {
  expect(maySlot(fresh, policy, noon)).toEqual({ go: true })
})

test.each([
  [
    'until its cooldown has passed',
    { lastEndedInSlot: noon - hour + 1 },
    'cooldown: the last change ended less than 1 h ago',
  ],
  ['after three attempts in a day', { attemptsInDay: 3 }, 'it was tried 3 times in a day'],
  [
    'in quarantine',
    { quarantine: { until: noon + 2 * hour, reason: 'it made things worse' } },
    'in quarantine for another 2 h: it made things worse',
  ],
])('a slot may not have a run %s', (_what, budget, reason) => {
  expect(maySlot({ ...fresh, ...budget }, policy, noon)).toEqual({
    go: false,
    reason: expect.stringContaining(reason),
  })
})

test.each([
  { lastEndedInSlot: noon - hour },
  { attemptsInDay: 2 },
  { quarantine: { until: noon, reason: 'over' } },
])('a slot may have a run again at the boundary: %j', (budget) => {
  expect(maySlot({ ...fresh, ...budget }, policy, noon)).toEqual({ go: true })
})

const begin = { budget: fresh, policy, now: noon + 11 * hour, changing: 0, isApproved: false }

test('a change begins inside the windows of the policy', () => {
  expect(mayBegin(begin)).toEqual({ go: true })
})

test.each([
  ['another change is being made', { changing: 1 }, '1 other changes are being made'],
  [
    'the budget of the hour is used up',
    { budget: { ...fresh, changesInHour: 6 } },
    '6 changes in the last hour',
  ],
  ['it is outside of the windows', { now: noon }, 'outside the windows of the policy'],
])('a change waits while %s', (_what, given, reason) => {
  expect(mayBegin({ ...begin, ...given })).toEqual({ go: 'later', reason: expect.stringContaining(reason) })
})

test('what a person approved does not wait for a window', () => {
  expect(mayBegin({ ...begin, now: noon, isApproved: true })).toEqual({ go: true })
})
