import { expect, test } from 'vitest'
import { history } from '../../../../src/remediate/journal/query.ts'
import { receive } from '../../../../src/remediate/journal/receive.ts'
import { move } from '../../../../src/remediate/journal/runs.ts'
import { intend, outcome } from '../../../../src/remediate/journal/steps.ts'
import { storeOf } from '../../../../src/remediate/journal/store.ts'
import { runIn, type TestJournal, testJournal } from '../../../helpers/journal.ts'
import { alert, alertOf, operation, plan } from '../../../helpers/journal-values.ts'

const minute = 60_000
const hour = 60 * minute
const slot = '6f1a7c1e-0000-4000-8000-000000000001|sched-tier|'

/** A run that changed something and was undone. */
function change({ journal, clock }: TestJournal): void {
  const id = runIn(journal, 'measuring')
  outcome(journal, id, intend(journal, id, operation, false), 'done', undefined)
  clock.pass(10 * minute)
  move(journal, id, 'measuring', 'undone')
}

test('the history comes in pages, newest first, of all slots or of one', () => {
  const { journal } = testJournal()
  for (const number of [1, 2, 1, 1, 2]) {
    const [id] = receive(journal, 'sha', [alertOf(number)]).opened
    move(journal, id!, 'received', 'refused')
  }
  const ids = (options: Parameters<typeof history>[1]) => history(journal, options).map(({ id }) => id)
  expect(ids({ limit: 2 })).toEqual([5, 4])
  expect(ids({ limit: 2, before: 4 })).toEqual([3, 2])
  expect(ids({ limit: 2, before: 2 })).toEqual([1])
  expect(ids({ limit: 2, before: 1 })).toEqual([])
  expect(ids({ limit: 9, slot })).toEqual([4, 3, 1])
})

test('a new slot has the whole budget', () => {
  const { journal, clock } = testJournal()
  expect(storeOf(journal).budget(slot, clock.now())).toEqual({
    changesInHour: 0,
    lastEndedInSlot: undefined,
    attemptsInDay: 0,
    quarantine: undefined,
  })
})

test('counts what changed the host, not what was only planned', () => {
  const made = testJournal()
  const { journal, clock } = made
  runIn(journal, 'approved')
  move(journal, 1, 'approved', 'refused')
  expect(storeOf(journal).budget(slot, clock.now())).toMatchObject({
    changesInHour: 0,
    attemptsInDay: 0,
    lastEndedInSlot: undefined,
  })
  change(made)
  const ended = clock.now()
  expect(storeOf(journal).budget(slot, ended)).toMatchObject({
    changesInHour: 1,
    attemptsInDay: 1,
    lastEndedInSlot: ended,
  })
  expect(storeOf(journal).budget('host|ksm-off|', ended)).toMatchObject({
    changesInHour: 1,
    attemptsInDay: 0,
    lastEndedInSlot: undefined,
  })
  clock.pass(50 * minute)
  expect(storeOf(journal).budget(slot, clock.now())).toMatchObject({
    changesInHour: 0,
    attemptsInDay: 1,
    lastEndedInSlot: ended,
  })
  clock.pass(23 * hour)
  expect(storeOf(journal).budget(slot, clock.now())).toMatchObject({
    attemptsInDay: 0,
    lastEndedInSlot: ended,
  })
})

test('for a person, what a person asked for and had undone does not count', () => {
  const { journal, clock } = testJournal()
  const store = storeOf(journal)
  const byHand = { who: 'anna', settings: {}, isJudged: false, forMs: null, forcedBecause: null }
  const counted = () =>
    (['alert', 'person'] as const).map((asker) => store.budget('host|ksm-off|', clock.now(), asker))
  function changed(request: { byHand?: typeof byHand }, verdict?: 'worse'): number {
    const target = { vm: undefined, device: undefined }
    const id = store.open({ ...target, action: 'ksm-off', mode: 'propose', policySha: 'p1', ...request })!
    move(journal, id, 'received', 'proposed', { plan, planSha: 'plan-1', policySha: 'p1' })
    move(journal, id, 'proposed', 'approved')
    move(journal, id, 'approved', 'applying')
    intend(journal, id, operation, false)
    move(journal, id, 'applying', 'measuring')
    move(journal, id, 'measuring', 'undone', verdict && { verdict })
    return clock.now()
  }
  const ended = changed({ byHand })
  expect(counted()).toMatchObject([
    { attemptsInDay: 1, lastEndedInSlot: ended, changesInHour: 1 },
    { attemptsInDay: 0, lastEndedInSlot: undefined, changesInHour: 1 },
  ])
  // What the judge undid counts, and so does what an alert asked for.
  const judged = changed({ byHand: { ...byHand, isJudged: true } }, 'worse')
  clock.pass(minute)
  const unasked = changed({})
  expect(judged).toBeLessThan(unasked)
  expect(counted()).toMatchObject([
    { attemptsInDay: 3, lastEndedInSlot: unasked },
    { attemptsInDay: 2, lastEndedInSlot: unasked },
  ])
})

test.each([-1000 * hour, 1000 * hour])(
  'a clock that is set by %i ms changes neither cooldown nor budgets',
  (ms) => {
    const made = testJournal()
    const { journal, clock } = made
    change(made)
    clock.at += ms
    clock.pass(minute)
    const now = clock.now()
    expect(storeOf(journal).budget(slot, now)).toMatchObject({
      changesInHour: 1,
      attemptsInDay: 1,
      lastEndedInSlot: now - minute,
    })
  },
)

test('a clock that is set back while the host reboots lengthens the cooldown, and never shortens it', () => {
  const made = testJournal()
  change(made)
  made.journal.close()
  made.clock.at = 0
  made.clock.up = 30
  const { journal, clock } = testJournal({ ...made, boot: 'second boot' })
  expect(storeOf(journal).budget(slot, clock.now()).lastEndedInSlot).toBe(clock.now() - 30_000)
})

test('a quarantine is given and told as a time of the present clock', () => {
  const { journal, clock } = testJournal()
  const store = storeOf(journal)
  store.quarantine(slot, clock.now() + hour, 'worse')
  clock.at -= 5 * hour
  expect(store.budget(slot, clock.now()).quarantine).toEqual({ until: clock.now() + hour, reason: 'worse' })
  store.quarantine(slot, Number.POSITIVE_INFINITY, 'worse again')
  expect(store.budget(slot, clock.now()).quarantine).toEqual({
    until: Number.POSITIVE_INFINITY,
    reason: 'worse again',
  })
})

test('counts firing alerts since a time', () => {
  const { journal, clock } = testJournal()
  const store = storeOf(journal)
  receive(journal, 'sha', [alert(), alertOf(2), alert({ status: 'resolved' })])
  clock.pass(minute)
  receive(journal, 'sha', [alertOf(3)])
  clock.at -= hour
  expect(store.alertsSince(clock.now() - minute)).toBe(1)
  expect(store.alertsSince(clock.now() - minute - 1)).toBe(3)
})

test('finds runs, notes and approvals through the store', () => {
  const { journal } = testJournal()
  const store = storeOf(journal)
  runIn(journal, 'approved')
  expect(store.openRuns().map(({ id, state }) => [id, state])).toEqual([[1, 'approved']])
  store.move(1, 'approved', 'applying', { reason: 'its turn' })
  const step = store.intend(1, operation, false)
  store.outcome(1, step, 'done', undefined)
  store.addWindow(1, '1 A', { cost: 1 })
  expect(store.windows(1)).toMatchObject([{ phase: '1 A', window: { cost: 1 } }])
  store.note(undefined, 'text')
  expect(store.applied(1)).toEqual([operation])
  expect(store.run(1)).toMatchObject({ state: 'applying', reason: 'its turn' })
  expect(store.run(2)).toBeUndefined()
  expect(store.approval(1)).toBeUndefined()
})
