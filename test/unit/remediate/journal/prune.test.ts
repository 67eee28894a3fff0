import { expect, test } from 'vitest'
import { verifyChain } from '../../../../src/remediate/journal/chain.ts'
import { prune } from '../../../../src/remediate/journal/prune.ts'
import { alertsOf, findRun, windowsOf } from '../../../../src/remediate/journal/query.ts'
import { receive } from '../../../../src/remediate/journal/receive.ts'
import { move } from '../../../../src/remediate/journal/runs.ts'
import { addWindow } from '../../../../src/remediate/journal/steps.ts'
import { runIn, testJournal } from '../../../helpers/journal.ts'
import { alert, alertOf } from '../../../helpers/journal-values.ts'

const day = 86_400_000

test('deletes old alerts and windows of ended runs, and nothing of open ones', () => {
  const { journal, clock, database } = testJournal()
  runIn(journal, 'measuring')
  addWindow(journal, 1, '1 A', {})
  move(journal, 1, 'measuring', 'undone')
  receive(journal, 'sha', [alert({ request: undefined })])
  receive(journal, 'sha', [alertOf(2)])
  move(journal, 2, 'received', 'applying')
  addWindow(journal, 2, '1 A', {})
  clock.pass(30 * day)
  receive(journal, 'sha', [alert({ request: undefined, fingerprint: 'new' })])
  expect(prune(journal, 30 * day)).toBe(false)
  expect(journal.get('SELECT count(*) AS alerts FROM alert')).toEqual({ alerts: 4 })
  clock.pass(1)
  expect(prune(journal, 30 * day)).toBe(false)
  expect(journal.all('SELECT fingerprint FROM alert ORDER BY id')).toEqual([
    { fingerprint: 'f2' },
    { fingerprint: 'new' },
  ])
  expect([alertsOf(journal, 1), windowsOf(journal, 1), windowsOf(journal, 2).length]).toEqual([[], [], 1])
  expect(findRun(journal, 1)!.state).toBe('undone')
  expect(journal.get("SELECT body FROM event WHERE kind = 'pruned'")).toEqual({
    body: `{"alerts":2,"olderThanMs":${30 * day},"windows":1}`,
  })
  expect(verifyChain(database).bad).toBeUndefined()
  const before = journal.head
  prune(journal, 30 * day)
  expect(journal.head).toEqual(before)
})

test('deletes in parts, so that no transaction is large', () => {
  const { journal, clock } = testJournal()
  const many = Array.from({ length: 2_000 }, (_, index) =>
    alert({ request: undefined, fingerprint: String(index) }),
  )
  for (let request = 0; request < 6; request++) receive(journal, 'sha', many)
  clock.pass(2)
  expect([prune(journal, 1), prune(journal, 1), prune(journal, 1)]).toEqual([true, false, false])
  expect(journal.get('SELECT count(*) AS alerts FROM alert')).toEqual({ alerts: 0 })
})

test('a clock that is set forward does not make alerts old', () => {
  const { journal, clock } = testJournal()
  receive(journal, 'sha', [alert({ request: undefined })])
  clock.at += 1000 * day
  expect(prune(journal, day)).toBe(false)
  expect(journal.get('SELECT count(*) AS alerts FROM alert')).toEqual({ alerts: 1 })
})
