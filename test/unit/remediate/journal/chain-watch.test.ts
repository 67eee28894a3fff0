import { expect, test } from 'vitest'
import { ChainWatch } from '../../../../src/remediate/journal/chain-watch.ts'
import { note } from '../../../../src/remediate/journal/runs.ts'
import { type TestJournal, testJournal } from '../../../helpers/journal.ts'
import { recordedLog } from '../../../helpers/recorded-log.ts'

const day = 86_400_000

function watched(events: number) {
  const made = testJournal()
  for (let index = 0; index < events; index++) note(made.journal, undefined, `event ${index}`)
  const { log, records } = recordedLog()
  return {
    ...made,
    watch: new ChainWatch(made.journal, log),
    errors: () => records.map((record) => record.reason),
  }
}

/** As somebody with the rights to write the file can. */
function tamper({ database }: TestJournal, sql: string): void {
  database.execute(
    'DROP TRIGGER IF EXISTS event_is_never_changed; DROP TRIGGER IF EXISTS event_is_never_deleted',
  )
  database.execute('DROP TRIGGER IF EXISTS event_is_appended')
  database.execute(sql)
}

test('a journal that nobody touched stays intact, whatever is appended', () => {
  const { journal, clock, watch, errors } = watched(3)
  for (let check = 0; check < 5; check++) {
    watch.check()
    note(journal, undefined, 'more')
    clock.pass(day / 2)
  }
  expect([watch.isIntact, errors()]).toEqual([true, []])
})

test('walks through a long journal in parts', () => {
  const made = watched(2_500)
  made.watch.check()
  tamper(made, "UPDATE event SET body = '{}' WHERE seq = 2400")
  expect(made.watch.isIntact).toBe(true)
  made.watch.check()
  expect([made.watch.isIntact, made.errors()]).toEqual([false, ['event 2400 was changed']])
})

test.each([
  ['an event that was changed', "UPDATE event SET body = '{}' WHERE seq = 2", 'event 2 was changed'],
  ['an event that was removed', 'DELETE FROM event WHERE seq = 2', 'event 2 is missing'],
  ['an end that was cut off', 'DELETE FROM event WHERE seq > 2', 'event 4 was removed'],
  ['a new end', "UPDATE event SET hash = 'x' WHERE seq = 4", 'event 4 was changed'],
])('notices %s within a day, and says so once', (_what, sql, reason) => {
  const made = watched(3)
  made.watch.check()
  tamper(made, sql)
  made.clock.pass(day)
  made.watch.check()
  made.watch.check()
  expect([made.watch.isIntact, made.errors()]).toEqual([false, [reason]])
})

test('checks old events once a day, and new ones at each call', () => {
  const made = watched(3)
  made.watch.check()
  tamper(made, "UPDATE event SET body = '{}' WHERE seq = 2")
  made.clock.pass(day - 1)
  made.watch.check()
  expect(made.watch.isIntact).toBe(true)
  made.clock.pass(1)
  made.watch.check()
  expect(made.watch.isIntact).toBe(false)
})
