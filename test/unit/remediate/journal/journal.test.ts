import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verifyChain } from '../../../../src/remediate/journal/chain.ts'
import { openForReading } from '../../../../src/remediate/journal/database.ts'
import { openJournal } from '../../../../src/remediate/journal/journal.ts'
import { findRun, openRuns } from '../../../../src/remediate/journal/query.ts'
import { receive } from '../../../../src/remediate/journal/receive.ts'
import { move, note } from '../../../../src/remediate/journal/runs.ts'
import { intend, outcome } from '../../../../src/remediate/journal/steps.ts'
import { runIn, SetClock, type TestJournal, testJournal } from '../../../helpers/journal.ts'
import { alert, alertOf, operation } from '../../../helpers/journal-values.ts'
import { recordedLog } from '../../../helpers/recorded-log.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

/** Lets the database not grow any more; the ballast's space is `pages` more. */
function fill({ database, ballast }: TestJournal, pages: number): void {
  const { page_count: now } = database.get<{ page_count: number }>('PRAGMA page_count')!
  const limit = (count: number) => database.execute(`PRAGMA max_page_count = ${count}`)
  limit(now)
  const { drop } = ballast
  ballast.drop = () => {
    drop.call(ballast)
    limit(now + pages)
  }
}

const full = expect.objectContaining({ code: 'JOURNAL_FULL' })
const long = 'x'.repeat(20_000)

test('opens with its ballast and accepts alerts', () => {
  const directory = join(scratchDirectory(), 'state')
  const { log } = recordedLog()
  const journal = openJournal(directory, { clock: new SetClock(), boot: 'one', log })
  expect(statSync(join(directory, 'journal.ballast')).size).toBe(8 * 1024 * 1024)
  expect([journal.isFull, journal.failure]).toEqual([false, undefined])
  journal.close()
})

test('on a full disk nothing new begins, but what has begun is written down and undone', () => {
  const made = testJournal()
  const { journal, ballast, database, messages } = made
  runIn(journal, 'applying')
  const step = intend(journal, 1, operation, false)
  fill(made, 1000)
  expect(() =>
    receive(
      journal,
      'sha',
      Array.from({ length: 50 }, (_, index) => alertOf(index + 10)),
    ),
  ).toThrow(full)
  expect([journal.isFull, ballast.isDropped, openRuns(journal).length]).toEqual([true, true, 1])
  // There would be room now, but it is not for this.
  expect(() => receive(journal, 'sha', [alertOf(2)])).toThrow(full)
  outcome(journal, 1, step, 'done', undefined)
  expect(() => intend(journal, 1, operation, false)).toThrow(full)
  move(journal, 1, 'applying', 'undoing')
  outcome(journal, 1, intend(journal, 1, operation, true), 'done', undefined)
  move(journal, 1, 'undoing', 'undone', { reason: long })
  expect(findRun(journal, 1)).toMatchObject({ state: 'undone', reason: long })
  expect(verifyChain(database).bad).toBeUndefined()
  expect(messages()).toEqual([
    'no space is left for the journal; new alerts are refused, what was begun is still finished and undone',
  ])
})

test('what is ongoing takes the space of the ballast itself when it finds the disk full', () => {
  const made = testJournal()
  fill(made, 1000)
  note(made.journal, undefined, long)
  expect([made.journal.isFull, made.ballast.isDropped]).toEqual([true, true])
  expect(made.journal.all("SELECT seq FROM event WHERE kind = 'noted'")).toHaveLength(1)
})

test('when the space of the ballast is used up too, it says so and is whole', () => {
  const made = testJournal()
  const { journal, database } = made
  fill(made, 2)
  const before = journal.head
  expect(() => note(journal, undefined, long)).toThrow(full)
  expect(() => note(journal, undefined, long)).toThrow(full)
  expect([journal.head, verifyChain(database).bad, journal.failure]).toEqual([before, undefined, undefined])
})

test('accepts new alerts again when there is space, and not before', () => {
  const made = testJournal()
  const { journal, ballast, messages } = made
  fill(made, 1000)
  note(journal, undefined, long)
  journal.checkSpace()
  expect(() => receive(journal, 'sha', [alert()])).toThrow(full)
  ballast.hasRoom = true
  journal.checkSpace()
  expect(receive(journal, 'sha', [alert()]).opened).toEqual([1])
  expect(messages().at(-1)).toBe('the journal has space again; new alerts are accepted')
})

test('a journal without room for its ballast starts, but accepts nothing new', () => {
  const { directory, journal: first } = testJournal()
  runIn(first, 'measuring')
  first.close()
  const again = testJournal({ directory, hasRoom: false })
  expect(again.journal.isFull).toBe(true)
  expect(() => receive(again.journal, 'sha', [alert()])).toThrow(full)
  move(again.journal, 1, 'measuring', 'undoing')
})

test('after a failed write nothing is acknowledged any more', () => {
  const { journal, database, messages } = testJournal()
  const { transaction } = database
  database.transaction = () => {
    throw Object.assign(new Error('disk I/O error'), { errcode: 1034 })
  }
  const failed = expect.objectContaining({
    code: 'JOURNAL_FAILED',
    message: `cannot read or write the journal ${database.path}: disk I/O error`,
  })
  expect(() => note(journal, undefined, 'a')).toThrow(failed)
  database.transaction = transaction
  expect(() => note(journal, undefined, 'a')).toThrow(failed)
  expect(journal.failure).toEqual(failed)
  expect(messages()).toEqual(['the journal cannot be written any more; restart after fixing the disk'])
})

test('what a change throws rolls it back and is thrown on; the journal goes on', () => {
  const { journal } = testJournal()
  const before = journal.head
  expect(() =>
    journal.write('new', ({ append }) => {
      append(null, 'noted', { text: 'gone' })
      throw new RangeError('my own')
    }),
  ).toThrow(new RangeError('my own'))
  expect(journal.head).toEqual(before)
  note(journal, undefined, 'next')
  expect(journal.head.seq).toBe(before.seq + 1)
})

test('a reader sees what was committed, and can verify it while the writer goes on', () => {
  const { journal, directory } = testJournal()
  runIn(journal, 'proposed')
  const reader = openForReading(directory)
  expect(openRuns(reader).map(({ state }) => state)).toEqual(['proposed'])
  note(journal, 1, 'later')
  expect(verifyChain(reader, journal.head)).toEqual({ events: 5, head: journal.head, bad: undefined })
  reader.close()
})
