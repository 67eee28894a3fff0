import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { verifyChain } from '../../../../src/remediate/journal/chain.ts'
import { openForReading } from '../../../../src/remediate/journal/database.ts'
import { note } from '../../../../src/remediate/journal/runs.ts'
import { runIn, testJournal } from '../../../helpers/journal.ts'

/** A journal with some events, closed, and what somebody with root's rights does to its file. */
function tampered(sql: string) {
  const { journal, directory } = testJournal()
  runIn(journal, 'measuring')
  note(journal, 1, 'a "note" \u0000 \ud800 with hostile text')
  const { head } = journal
  journal.close()
  const sqlite = new DatabaseSync(join(directory, 'journal.db'))
  sqlite.exec(
    'DROP TRIGGER event_is_never_changed; DROP TRIGGER event_is_never_deleted; PRAGMA foreign_keys = OFF',
  )
  sqlite.exec(sql)
  sqlite.close()
  const database = openForReading(directory)
  try {
    return { verified: verifyChain(database), withHead: verifyChain(database, head), head }
  } finally {
    database.close()
  }
}

test('a journal that nobody touched is right, and has as many events as its head says', () => {
  const { verified, withHead, head } = tampered('SELECT 1')
  expect(verified).toEqual({ events: 8, head, bad: undefined })
  expect(withHead.bad).toBeUndefined()
  expect(head.seq).toBe(8)
})

test('each hash is that of the hash before and of the event with sorted keys, so that others can verify it', () => {
  const { journal } = testJournal()
  runIn(journal, 'proposed')
  let previous = '0'.repeat(64)
  for (const row of journal.all<Record<string, string | number>>('SELECT * FROM event ORDER BY seq')) {
    const { age, at, kind, run_id, seq, uptime } = row
    const content = JSON.stringify({
      age,
      at,
      body: JSON.parse(String(row.body)),
      kind,
      run: run_id,
      seq,
      uptime,
    })
    expect(row.hash).toBe(createHash('sha256').update(previous).update(content).digest('hex'))
    previous = String(row.hash)
  }
  expect(previous).toBe(journal.head.hash)
})

test.each([
  ["UPDATE event SET body = replace(body, 'web-1', 'web-2') WHERE seq = 2", 2, 'event 2 was changed'],
  ['UPDATE event SET at = at + 1 WHERE seq = 3', 3, 'event 3 was changed'],
  ['UPDATE event SET age = age + 1 WHERE seq = 3', 3, 'event 3 was changed'],
  ['UPDATE event SET uptime = 0 WHERE seq = 1', 1, 'event 1 was changed'],
  ["UPDATE event SET kind = 'noted' WHERE seq = 4", 4, 'event 4 was changed'],
  ['UPDATE event SET run_id = 2 WHERE seq = 4', 4, 'event 4 was changed'],
  ["UPDATE event SET hash = printf('%064d', 7) WHERE seq = 5", 5, 'event 5 was changed'],
  ["UPDATE event SET prev_hash = printf('%064d', 7) WHERE seq = 5", 5, 'event 5 does not follow on event 4'],
  ['DELETE FROM event WHERE seq = 4', 4, 'event 4 is missing'],
  ['DELETE FROM event WHERE seq = 1', 1, 'event 1 is missing'],
  ["UPDATE run SET state = 'kept'", 7, 'run 1 is kept, but event 7 says measuring'],
  ['DELETE FROM run', 0, '1 runs are missing'],
])('finds out about: %s', (sql, seq, why) => {
  expect(tampered(sql).verified.bad).toEqual({ seq, why })
})

test('only a head that was noted elsewhere shows that the end was cut off', () => {
  const { verified, withHead } = tampered('DELETE FROM event WHERE seq = 8')
  expect(verified.bad).toBeUndefined()
  expect(withHead.bad).toEqual({
    seq: 8,
    why: 'the journal ends with event 7, but event 8 is known from elsewhere',
  })
})

test('a head with another hash shows that the chain was made anew', () => {
  const { journal, database } = testJournal()
  expect(verifyChain(database, { seq: 1, hash: 'f'.repeat(64) }).bad).toEqual({
    seq: 1,
    why: 'event 1 has another hash than the one known from elsewhere',
  })
  expect(verifyChain(database, journal.head).bad).toBeUndefined()
})

test('events can neither be changed, nor deleted, nor replaced', () => {
  const { database } = testJournal()
  for (const sql of [
    "UPDATE event SET kind = 'x'",
    'DELETE FROM event',
    "INSERT OR REPLACE INTO event SELECT seq, at, uptime, age, run_id, 'x', body, prev_hash, hash FROM event",
  ])
    expect(() => database.execute(sql)).toThrow('append-only')
})
