import { expect, test } from 'vitest'
import { parsePolicy } from '../../../../src/policy/schema.ts'
import { openRuns } from '../../../../src/remediate/journal/query.ts'
import { isOverdue } from '../../../../src/remediate/report/overdue.ts'
import { runIn, testJournal } from '../../../helpers/journal.ts'
import { plan } from '../../../helpers/journal-values.ts'

const minute = 60_000
const policy = parsePolicy('instances: [kvm1]\nmeasure: {window: 30s}', 'policy.yml')
const beforeAfter = { ...plan, measurement: { ...plan.measurement, design: 'before-after' as const } }

test.each([
  ['applied for as long as that may take', { state: 'applying' }, 10 * minute, false],
  ['applied for longer', { state: 'applying' }, 10 * minute + 1, true],
  ['undone for longer', { state: 'undoing' }, 10 * minute + 1, true],
  // 8 blocks of 5 windows of 30 s are 20 minutes.
  [
    'measured by turns for twice its time and the time of the operations',
    { state: 'measuring' },
    50 * minute,
    false,
  ],
  ['measured by turns for longer', { state: 'measuring' }, 410 * minute + 1, true],
  [
    'compared with before, and waits for load',
    { state: 'measuring', plan: beforeAfter },
    8 * 1440 * minute,
    false,
  ],
  ['compared with before for longer', { state: 'measuring', plan: beforeAfter }, 8 * 1440 * minute + 1, true],
  ['waits for a person', { state: 'proposed' }, 1e12, false],
  ['waits for its turn', { state: 'approved' }, 1e12, false],
  ['holds', { state: 'holding' }, 1e12, false],
] as const)('a run that is %s', (_what, changes, ms, expected) => {
  const { journal } = testJournal()
  runIn(journal, 'applying')
  const run = openRuns(journal)[0]!
  expect(isOverdue({ ...run, ...changes }, policy, run.changedAge + ms)).toBe(expected)
})
