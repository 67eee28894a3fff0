// Journals on a small file system, the directory of its first argument, while that is full, and prints as JSON what
// happened.
import { closeSync, existsSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { reversed } from '../../../src/actuator/protocol.ts'
import { KvminfoError } from '../../../src/errors.ts'
import { createLogger } from '../../../src/log/logger.ts'
import { verifyChain } from '../../../src/remediate/journal/chain.ts'
import { hostClock } from '../../../src/remediate/journal/clock.ts'
import { openForReading } from '../../../src/remediate/journal/database.ts'
import { openJournal } from '../../../src/remediate/journal/journal.ts'
import { findRun } from '../../../src/remediate/journal/query.ts'
import { receive } from '../../../src/remediate/journal/receive.ts'
import { move, note } from '../../../src/remediate/journal/runs.ts'
import { intend, outcome } from '../../../src/remediate/journal/steps.ts'
import { alertOf, operation } from '../journal-values.ts'

const [mount] = process.argv.slice(2)
const directory = join(mount!, 'state')
const log = createLogger({ level: 'info', format: 'logfmt', isColoured: false })
const open = () => openJournal(directory, { clock: hostClock, boot: 'one', log })

function fill(): void {
  const fd = openSync(join(mount!, 'filler'), 'a')
  try {
    for (const block of [Buffer.alloc(65_536), Buffer.alloc(4096)]) {
      try {
        for (;;) writeSync(fd, block)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    }
  } finally {
    closeSync(fd)
  }
}

function codeOf(call: () => unknown): string {
  try {
    call()
    return 'ok'
  } catch (error) {
    return error instanceof KvminfoError ? error.code : String(error)
  }
}

const hasBallast = () => existsSync(join(directory, 'journal.ballast'))
const many = (first: number) => Array.from({ length: 2000 }, (_, index) => alertOf(first + index))

let journal = open()
const [id] = receive(journal, 'sha', [alertOf(1)]).opened
move(journal, id!, 'received', 'applying')
intend(journal, id!, operation, false)
const hadBallast = hasBallast()
fill()
const { bavail } = statfsSync(mount!)

const whileFull = {
  bavail,
  receive: codeOf(() => receive(journal, 'sha', many(10))),
  isFull: journal.isFull,
  hasBallast: hasBallast(),
  outcome: codeOf(() => outcome(journal, id!, 1, 'done', undefined)),
  again: codeOf(() => receive(journal, 'sha', [alertOf(3)])),
  undo: codeOf(() => {
    move(journal, id!, 'applying', 'undoing')
    outcome(journal, id!, intend(journal, id!, reversed(operation), true), 'done', undefined)
    move(journal, id!, 'undoing', 'undone')
  }),
  notes: codeOf(() => {
    for (let count = 0; count < 3000; count++) note(journal, id, 'lease expired')
  }),
}
journal.close()

// A restart finds the disk nearly full: it starts, and still accepts nothing new.
journal = open()
const restarted = { isFull: journal.isFull, receive: codeOf(() => receive(journal, 'sha', [alertOf(4)])) }

// Nothing at all is left.
fill()
let end = 'ok'
while (end === 'ok') {
  end = codeOf(() => note(journal, id, 'x'.repeat(4000)))
}
const reader = openForReading(directory)
const stillReadable = findRun(reader, id!)?.state
reader.close()

rmSync(join(mount!, 'filler'))
journal.checkSpace()
const afterwards = {
  isFull: journal.isFull,
  hasBallast: hasBallast(),
  receive: codeOf(() => receive(journal, 'sha', [alertOf(5)])),
}
const { head } = journal
journal.close()
const database = openForReading(directory)
const { bad } = verifyChain(database, head)
const integrity = database.get('PRAGMA integrity_check')
database.close()
console.log(
  JSON.stringify({
    hadBallast,
    whileFull,
    restarted,
    end,
    stillReadable,
    afterwards,
    bad: bad ?? 'nothing',
    integrity,
  }),
)
