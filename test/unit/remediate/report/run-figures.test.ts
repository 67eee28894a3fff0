import { expect, test } from 'vitest'
import { parsePolicy } from '../../../../src/policy/schema.ts'
import { receive } from '../../../../src/remediate/journal/receive.ts'
import { move } from '../../../../src/remediate/journal/runs.ts'
import { intend } from '../../../../src/remediate/journal/steps.ts'
import { runFigures } from '../../../../src/remediate/report/run-figures.ts'
import { runIn, testJournal } from '../../../helpers/journal.ts'
import { alertOf, operation } from '../../../helpers/journal-values.ts'

const minute = 60_000
const hour = 60 * minute
const policy = parsePolicy(
  'instances: [kvm1]\nlimits: {storm_alerts: 2}\nmeasure: {lease_total: 10h}',
  'p.yml',
)

test('an empty journal', () => {
  const { journal } = testJournal()
  expect(runFigures(journal, policy)).toEqual({
    ...{ states: [], verdicts: [], changes: [], present: [], overdue: 0, leases: [], isStorm: false },
  })
})

test('runs that have ended are present for an hour, and those that need a person until one has come', () => {
  const { journal, clock } = testJournal()
  const id = runIn(journal, 'measuring')
  const present = () => runFigures(journal, policy).present.map((run) => [run.id, run.state])
  expect(present()).toEqual([[id, 'measuring']])
  move(journal, id, 'measuring', 'undone', { verdict: 'inconclusive' })
  clock.pass(hour - 1)
  expect(present()).toEqual([[id, 'undone']])
  clock.pass(1)
  expect(present()).toEqual([])
  const other = receive(journal, 'sha', [alertOf(2)]).opened[0]!
  move(journal, other, 'received', 'person')
  clock.pass(100 * hour)
  expect(present()).toEqual([[other, 'person']])
})

test('counts runs that have begun to change the host', () => {
  const { journal } = testJournal()
  const id = runIn(journal, 'applying')
  expect(runFigures(journal, policy).changes).toEqual([])
  intend(journal, id, operation, false)
  expect(runFigures(journal, policy).changes).toEqual([{ action: 'sched-tier', count: 1 }])
})

test('says how long the lease of a run that holds can be renewed, also if the clock is set', () => {
  const { journal, clock } = testJournal()
  const id = runIn(journal, 'measuring')
  move(journal, id, 'measuring', 'holding', { verdict: 'improved' })
  const seconds = () => runFigures(journal, policy).leases.map((lease) => [lease.run.id, lease.seconds])
  clock.pass(9 * hour)
  clock.at -= 5 * hour
  expect(seconds()).toEqual([[id, 3600]])
  clock.pass(2 * hour)
  expect(seconds()).toEqual([[id, 0]])
})

test('a run that is overdue, and a storm: more alerts than the limit', () => {
  const { journal, clock } = testJournal()
  runIn(journal, 'applying')
  expect(runFigures(journal, policy)).toMatchObject({ overdue: 0, isStorm: false })
  receive(journal, 'sha', [alertOf(2)])
  expect(runFigures(journal, policy).isStorm).toBe(false)
  receive(journal, 'sha', [alertOf(3)])
  expect(runFigures(journal, policy).isStorm).toBe(true)
  clock.pass(10 * minute + 1)
  expect(runFigures(journal, policy)).toMatchObject({ overdue: 1, isStorm: false })
})
