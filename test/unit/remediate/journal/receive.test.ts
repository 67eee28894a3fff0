import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { verifyChain } from '../../../../src/remediate/journal/chain.ts'
import type { Journal } from '../../../../src/remediate/journal/journal.ts'
import { alertsOf, eventsOf, findRun, openRuns } from '../../../../src/remediate/journal/query.ts'
import { type ReceivedAlert, receive } from '../../../../src/remediate/journal/receive.ts'
import { slotOf } from '../../../../src/remediate/journal/run-row.ts'
import { approve, move, quarantine } from '../../../../src/remediate/journal/runs.ts'
import { runIn, type TestJournal, testJournal } from '../../../helpers/journal.ts'
import { alert, alertOf, vm } from '../../../helpers/journal-values.ts'

const count = (journal: { get: (sql: string) => unknown }, table: string) =>
  (journal.get(`SELECT count(*) AS count FROM ${table}`) as { count: number }).count

test('opens a run for what a firing alert asks for, and keeps the alert as its evidence', () => {
  const { journal, clock } = testJournal()
  expect(receive(journal, 'sha', [alert()])).toEqual({ opened: [1], joined: [], ended: [] })
  expect(findRun(journal, 1)).toEqual({
    id: 1,
    slot: `${vm.uuid}|sched-tier|`,
    action: 'sched-tier',
    mode: 'auto',
    state: 'received',
    vm,
    device: undefined,
    plan: undefined,
    planSha: undefined,
    policySha: 'p1',
    verdict: undefined,
    reason: undefined,
    createdAt: clock.at,
    changedAt: clock.at,
    changedAge: 0,
  })
  expect(alertsOf(journal, 1)).toEqual([
    {
      fingerprint: 'a1',
      startsAt: '2026-01-01T00:00:00Z',
      status: 'firing',
      labels: { alertname: 'KvmVmCpuStarved', vm: 'web-1' },
      at: clock.at,
    },
  ])
  expect(eventsOf(journal, 1)).toMatchObject([
    { kind: 'opened', body: { to: 'received', slot: `${vm.uuid}|sched-tier|` } },
  ])
})

test('joins the open run whatever startsAt, fingerprint and other labels are', () => {
  const { journal } = testJournal()
  receive(journal, '1', [alert()])
  const again = [
    alert({ startsAt: '2026-01-02T00:00:00Z' }),
    alert({ fingerprint: 'b2', labels: { replica: 'prometheus-2' } }),
  ]
  for (const one of again)
    expect(receive(journal, '2', [one])).toEqual({ opened: [], joined: [1], ended: [] })
  expect(receive(journal, '3', again)).toEqual({ opened: [], joined: [1], ended: [] })
  expect(alertsOf(journal, 1)).toHaveLength(5)
})

test('replicas in one request open one run', () => {
  const { journal } = testJournal()
  const replicas = [
    alert({ labels: { replica: 'a' } }),
    alert({ fingerprint: 'a2', labels: { replica: 'b' } }),
  ]
  expect(receive(journal, 'sha', replicas)).toEqual({ opened: [1], joined: [], ended: [] })
})

test('other VMs, actions, devices and the host have runs of their own', () => {
  const { journal } = testJournal()
  const request = alert().request!
  const wanted: ReceivedAlert[] = [
    alert(),
    alertOf(7),
    alert({ request: { ...request, action: 'cpu-weight' } }),
    alert({ request: { ...request, device: 'hda' } }),
    alert({ request: { ...request, vm: undefined } }),
    alert({ request: { ...request, vm: { ...vm, uuid: null } } }),
    alert({ request: { ...request, vm: { ...vm, uuid: null, startTick: 1 } } }),
  ]
  expect(receive(journal, 'sha', wanted).opened).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(openRuns(journal).map(({ slot }) => slot)).toEqual([
    `${vm.uuid}|sched-tier|`,
    '6f1a7c1e-0000-4000-8000-000000000007|sched-tier|',
    `${vm.uuid}|cpu-weight|`,
    `${vm.uuid}|sched-tier|hda`,
    'host|sched-tier|',
    '4711@12345|sched-tier|',
    '4711@1|sched-tier|',
  ])
})

test('keeps an alert that asks for nothing as evidence, without a run', () => {
  const { journal } = testJournal()
  expect(receive(journal, 'sha', [alert({ request: undefined })])).toEqual({
    opened: [],
    joined: [],
    ended: [],
  })
  expect(journal.all('SELECT fingerprint, run_id FROM alert')).toEqual([{ fingerprint: 'a1', run_id: null }])
})

test.each(['received', 'proposed', 'approved'] as const)(
  'a resolved alert ends a run that is %s',
  (state) => {
    const { journal } = testJournal()
    runIn(journal, state)
    expect(receive(journal, 'sha', [alert({ status: 'resolved' })])).toEqual({
      opened: [],
      joined: [],
      ended: [1],
    })
    expect(findRun(journal, 1)).toMatchObject({ state: 'obsolete', reason: 'the alert was resolved' })
    expect(eventsOf(journal, 1).at(-1)).toMatchObject({
      kind: 'moved',
      body: { from: state, to: 'obsolete', reason: 'the alert was resolved' },
    })
    // The slot is free again.
    expect(receive(journal, 'sha', [alert()]).opened).toEqual([2])
  },
)

test.each(['applying', 'measuring'] as const)('a resolved alert leaves a run alone that is %s', (state) => {
  const { journal } = testJournal()
  runIn(journal, state)
  expect(receive(journal, 'sha', [alert({ status: 'resolved' })]).ended).toEqual([])
  expect(findRun(journal, 1)!.state).toBe(state)
})

test('a resolved alert leaves a run alone that a person has approved', () => {
  const { journal } = testJournal()
  runIn(journal, 'proposed')
  approve(journal, 1, { who: 'alice', how: 'page', planSha: 'plan-1' }, 3_600_000)
  expect(receive(journal, 'sha', [alert({ status: 'resolved' })]).ended).toEqual([])
  expect(findRun(journal, 1)!.state).toBe('approved')
  // The problem comes back: the alert joins the run.
  expect(receive(journal, 'sha', [alert()])).toEqual({ opened: [], joined: [1], ended: [] })
})

test('a run waits on until all of its alerts are resolved', () => {
  const { journal } = testJournal()
  const other = alert({ fingerprint: 'b2' })
  receive(journal, '1', [alert(), other])
  expect(receive(journal, '2', [alert({ status: 'resolved' })]).ended).toEqual([])
  // It never fired.
  expect(receive(journal, '3', [alert({ fingerprint: 'c3', status: 'resolved' })]).ended).toEqual([])
  expect(receive(journal, '4', [alert(), { ...other, status: 'resolved' }]).ended).toEqual([])
  expect(receive(journal, '5', [alert({ status: 'resolved' })]).ended).toEqual([1])
})

test('the order of alerts in a request does not matter: a firing one keeps the run', () => {
  const { journal } = testJournal()
  runIn(journal, 'proposed')
  const renamed = alert({ fingerprint: 'b2' })
  expect(receive(journal, 'sha', [alert({ status: 'resolved' }), renamed])).toEqual({
    opened: [],
    joined: [1],
    ended: [],
  })
})

test('a resolved alert of a VM that is gone ends the run by its fingerprint', () => {
  const { journal } = testJournal()
  runIn(journal, 'proposed')
  expect(receive(journal, 'sha', [alert({ status: 'resolved', request: undefined })]).ended).toEqual([1])
})

test('a resolved alert without a run opens none', () => {
  const { journal } = testJournal()
  expect(receive(journal, 'sha', [alert({ status: 'resolved' })])).toEqual({
    opened: [],
    joined: [],
    ended: [],
  })
})

test('a request is stored as a whole or not at all', () => {
  const { journal } = testJournal()
  const bad = alert({ fingerprint: undefined as unknown as string })
  const before = journal.head
  expect(() => receive(journal, 'sha', [alertOf(1), alertOf(2), bad])).toThrow()
  expect([count(journal, 'run'), count(journal, 'alert'), journal.head]).toEqual([0, 0, before])
  expect(receive(journal, 'sha', [alertOf(1)]).opened).toEqual([1])
})

test('500 alerts in one request are one transaction', () => {
  const { journal, database } = testJournal()
  let commits = 0
  const transaction = database.transaction.bind(database)
  database.transaction = (change) => {
    commits += 1
    return transaction(change)
  }
  const { opened } = receive(
    journal,
    'sha',
    Array.from({ length: 500 }, (_, index) => alertOf(index)),
  )
  expect([opened.length, commits, count(journal, 'alert')]).toEqual([500, 1, 500])
})

test('stores hostile text as it is', () => {
  const { journal } = testJournal()
  const text = `'; DROP TABLE run; -- \u0000 \u202e \ud83d\ude00 "|" `
  const labels = { [text]: text, lone: '\ud800', constructor: 'x' }
  const request = { ...alert().request!, vm: { ...vm, label: text }, device: text }
  receive(journal, text, [alert({ fingerprint: text, startsAt: text, labels, request })])
  expect(alertsOf(journal, 1)).toMatchObject([{ fingerprint: text, startsAt: text, labels }])
  expect(findRun(journal, 1)).toMatchObject({
    slot: `${vm.uuid}|sched-tier|${text}`,
    device: text,
    vm: { label: text },
  })
})

test('at any time a slot has at most one open run, and one if an alert fires', () => {
  const deed = fc.record({
    slot: fc.integer({ min: 1, max: 3 }),
    fingerprint: fc.constantFrom('x', 'y'),
    what: fc.constantFrom('firing', 'resolved', 'apply', 'end'),
  })
  fc.assert(
    fc.property(fc.array(fc.array(deed, { maxLength: 4 }), { maxLength: 12 }), (requests) => {
      const { journal, database } = testJournal()
      for (const deeds of requests) {
        const alerts = deeds.flatMap(({ slot, fingerprint, what }) =>
          what === 'firing' || what === 'resolved'
            ? [{ ...alertOf(slot), fingerprint, status: what } as const]
            : [],
        )
        receive(journal, 'sha', alerts)
        const open = openRuns(journal).map(({ slot }) => slot)
        expect(new Set(open).size).toBe(open.length)
        for (const { status, request } of alerts)
          if (status === 'firing') expect(open).toContain(slotOf(request!))
        for (const { slot, what } of deeds) {
          const run = openRuns(journal).find((one) => one.slot === slotOf(alertOf(slot).request!))
          if (run === undefined) continue
          if (what === 'apply' && run.state === 'received') move(journal, run.id, 'received', 'applying')
          if (what === 'end') move(journal, run.id, run.state, 'undone')
        }
      }
      expect(verifyChain(database).bad).toBeUndefined()
      journal.close()
    }),
    { numRuns: 30 },
  )
})

describe('what was refused', () => {
  const hour = 3_600_000
  const repeat = (journal: Journal) => receive(journal, 'again', [alert()], hour)

  /** A run that was refused. */
  function refused(): TestJournal {
    const made = testJournal()
    receive(made.journal, 'sha', [alert()])
    move(made.journal, 1, 'received', 'refused', { reason: 'cooldown' })
    return made
  }

  test('takes the repeated alerts as evidence for an hour, and opens no runs', () => {
    const { journal, clock } = refused()
    for (let minute = 5; minute < 60; minute += 5) {
      clock.pass(5 * 60_000)
      expect(repeat(journal)).toEqual({ opened: [], joined: [], ended: [] })
    }
    expect(count(journal, 'run')).toBe(1)
    expect(alertsOf(journal, 1)).toHaveLength(12)
    clock.pass(5 * 60_000)
    expect(repeat(journal).opened).toEqual([2])
  })

  test('is asked again at once if the policy has changed', () => {
    const { journal } = refused()
    const request = { ...alert().request!, policySha: 'p2' }
    expect(receive(journal, 'again', [alert({ request })], hour).opened).toEqual([2])
  })

  test('is asked again after the quarantine', () => {
    const { journal, clock } = refused()
    quarantine(journal, findRun(journal, 1)!.slot, 7 * 24 * hour, 'it made things worse')
    clock.pass(7 * 24 * hour - 1)
    expect(repeat(journal).opened).toEqual([])
    clock.pass(1)
    expect(repeat(journal).opened).toEqual([2])
  })

  test('does not keep another slot or another end from a new run', () => {
    const { journal } = refused()
    expect(receive(journal, 'again', [alertOf(7)], hour).opened).toEqual([2])
    move(journal, 2, 'received', 'undone')
    expect(receive(journal, 'again', [alertOf(7)], hour).opened).toEqual([3])
  })

  test('is not ended again by a resolved alert', () => {
    const { journal } = refused()
    repeat(journal)
    expect(receive(journal, 'end', [alert({ status: 'resolved' })], hour).ended).toEqual([])
    expect(findRun(journal, 1)?.state).toBe('refused')
  })
})
