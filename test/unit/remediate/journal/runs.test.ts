import { expect, test } from 'vitest'
import { approvalOf, eventsOf, findRun, quarantines } from '../../../../src/remediate/journal/query.ts'
import { receive } from '../../../../src/remediate/journal/receive.ts'
import {
  approve,
  decline,
  endQuarantine,
  move,
  note,
  quarantine,
} from '../../../../src/remediate/journal/runs.ts'
import { runIn, testJournal } from '../../../helpers/journal.ts'
import { alert, plan, vm } from '../../../helpers/journal-values.ts'

const changed = (message: string) => expect.objectContaining({ code: 'RUN_CHANGED', message })
const hour = 3_600_000

test('a move keeps what it does not name, except the reason', () => {
  const { journal, clock } = testJournal()
  receive(journal, 'sha', [alert()])
  clock.pass(5_000)
  move(journal, 1, 'received', 'proposed', {
    plan,
    planSha: 's1',
    policySha: 'p2',
    reason: 'the policy asks a person',
  })
  const proposed = findRun(journal, 1)!
  // Without the properties that are undefined, as JSON has none.
  expect(proposed).toMatchObject({
    state: 'proposed',
    plan: JSON.parse(JSON.stringify(plan)),
    planSha: 's1',
    policySha: 'p2',
  })
  expect(proposed).toMatchObject({
    reason: 'the policy asks a person',
    changedAt: clock.at,
    changedAge: 5_000,
  })
  move(journal, 1, 'proposed', 'approved')
  expect(findRun(journal, 1)).toEqual({ ...proposed, state: 'approved', reason: undefined })
  const next = { ...vm, uuid: null, pid: 5000, startTick: 99 }
  move(journal, 1, 'approved', 'waiting', { vm: next, verdict: 'improved', mode: 'propose' })
  expect(findRun(journal, 1)).toMatchObject({ vm: next, verdict: 'improved', mode: 'propose', planSha: 's1' })
  expect(eventsOf(journal, 1).map(({ kind, body }) => [kind, body])).toMatchObject([
    ['opened', { to: 'received' }],
    ['moved', { from: 'received', to: 'proposed', plan: { action: 'sched-tier' }, planSha: 's1' }],
    ['moved', { from: 'proposed', to: 'approved' }],
    ['moved', { from: 'approved', to: 'waiting', vm: next, verdict: 'improved' }],
  ])
})

test('a move from another state than the present one changes nothing', () => {
  const { journal } = testJournal()
  runIn(journal, 'proposed')
  const before = journal.head
  expect(() => move(journal, 1, 'received', 'applying')).toThrow(
    changed('run 1 is proposed by now, no longer received'),
  )
  expect(() => move(journal, 2, 'received', 'applying')).toThrow(changed('there is no run 2'))
  expect([findRun(journal, 1)!.state, journal.head]).toEqual(['proposed', before])
})

test('an ended run can be undone, but not while its slot has another run', () => {
  const { journal } = testJournal()
  runIn(journal, 'measuring')
  move(journal, 1, 'measuring', 'kept')
  receive(journal, 'sha', [alert()])
  expect(() => move(journal, 1, 'kept', 'undoing')).toThrow(
    changed(
      'run 1 cannot become undoing: another run of the same target and action is open; let it end first',
    ),
  )
  move(journal, 2, 'received', 'refused')
  move(journal, 1, 'kept', 'undoing')
  expect(findRun(journal, 1)!.state).toBe('undoing')
  expect(journal.get('SELECT ended_age FROM run WHERE id = 1')).toEqual({ ended_age: null })
})

const seen = { who: 'anna', how: 'cli', planSha: 'plan-1' }

test('an approval is bound to the plan that was shown', () => {
  const { journal } = testJournal()
  runIn(journal, 'proposed')
  const before = journal.head
  for (const decide of [
    () => approve(journal, 1, { ...seen, planSha: 'other' }, hour),
    () => decline(journal, 1, { ...seen, planSha: '' }),
  ])
    expect(decide).toThrow(changed('run 1 has another plan by now; look at it and decide again'))
  expect([findRun(journal, 1)!.state, journal.head]).toEqual(['proposed', before])
  approve(journal, 1, seen, hour)
  expect(findRun(journal, 1)).toMatchObject({ state: 'approved', reason: 'approved by anna' })
  expect(eventsOf(journal, 1).slice(-2)).toMatchObject([
    { kind: 'approved', body: { who: 'anna', how: 'cli', planSha: 'plan-1' } },
    { kind: 'moved', body: { from: 'proposed', to: 'approved' } },
  ])
})

test('only what is proposed can be approved, and only once', () => {
  const { journal } = testJournal()
  expect(() => approve(journal, 1, seen, hour)).toThrow(changed('there is no run 1'))
  receive(journal, 'sha', [alert()])
  // Without a plan there is nothing to approve.
  expect(() => approve(journal, 1, seen, hour)).toThrow(
    changed('run 1 has another plan by now; look at it and decide again'),
  )
  runIn(journal, 'proposed')
  approve(journal, 1, seen, hour)
  expect(() => approve(journal, 1, seen, hour)).toThrow(
    changed('run 1 is approved by now, no longer proposed'),
  )
  expect(journal.all('SELECT decision FROM approval')).toEqual([{ decision: 'approved' }])
})

test('an approval expires, by the uptime and not by the wall clock', () => {
  const { journal, clock } = testJournal()
  runIn(journal, 'proposed')
  expect(approvalOf(journal, 1, journal.now.age)).toBeUndefined()
  approve(journal, 1, seen, hour)
  clock.pass(hour - 1)
  clock.at -= 100 * hour
  expect(approvalOf(journal, 1, journal.now.age)).toEqual({ planSha: 'plan-1', who: 'anna' })
  clock.pass(1)
  expect(approvalOf(journal, 1, journal.now.age)).toBeUndefined()
})

test('a person can decline what is proposed or approved, but not what has begun', () => {
  const { journal } = testJournal()
  runIn(journal, 'proposed')
  approve(journal, 1, seen, hour)
  decline(journal, 1, { ...seen, who: 'bert' })
  expect(findRun(journal, 1)).toMatchObject({ state: 'declined', reason: 'declined by bert' })
  expect(approvalOf(journal, 1, journal.now.age)).toBeUndefined()
  expect(runIn(journal, 'applying')).toBe(2)
  expect(() => decline(journal, 2, seen)).toThrow(changed('run 2 is applying by now, no longer proposed'))
})

test('a quarantine ends by time or by a person, and a clock that is set back does not prolong or shorten it', () => {
  const { journal, clock } = testJournal()
  const held = () => quarantines(journal, journal.now.age)
  quarantine(journal, 'b', undefined, 'twice worse')
  quarantine(journal, 'a', 10 * hour, 'once')
  quarantine(journal, 'a', hour, 'worse')
  clock.pass(hour / 2)
  clock.at -= 1000 * hour
  expect(held()).toEqual([
    { slot: 'a', leftMs: hour / 2, reason: 'worse' },
    { slot: 'b', leftMs: undefined, reason: 'twice worse' },
  ])
  expect(quarantines(journal, journal.now.age, 'b')).toHaveLength(1)
  clock.pass(hour / 2)
  expect(held()).toEqual([{ slot: 'b', leftMs: undefined, reason: 'twice worse' }])
  expect([endQuarantine(journal, 'b', 'anna'), endQuarantine(journal, 'b', 'anna')]).toEqual([true, false])
  expect(held()).toEqual([])
})

test('notes are events of a run or of none', () => {
  const { journal } = testJournal()
  runIn(journal, 'received')
  note(journal, 1, 'looked at it')
  note(journal, undefined, 'kill switch set')
  expect(journal.all("SELECT run_id, body FROM event WHERE kind = 'noted'")).toEqual([
    { run_id: 1, body: '{"text":"looked at it"}' },
    { run_id: null, body: '{"text":"kill switch set"}' },
  ])
})
