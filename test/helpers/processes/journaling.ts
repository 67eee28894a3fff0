// A process that journals run after run in the directory of its first argument, until it is killed or has done as many
// runs as its second argument says. After each durable call it prints the head of the chain: `<seq> <hash>`.
import { writeSync } from 'node:fs'
import { reversed } from '../../../src/actuator/protocol.ts'
import { createLogger } from '../../../src/log/logger.ts'
import { bootId, hostClock } from '../../../src/remediate/journal/clock.ts'
import { openJournal } from '../../../src/remediate/journal/journal.ts'
import { openRuns } from '../../../src/remediate/journal/query.ts'
import { receive } from '../../../src/remediate/journal/receive.ts'
import { approve, move, note } from '../../../src/remediate/journal/runs.ts'
import { addWindow, intend, outcome } from '../../../src/remediate/journal/steps.ts'
import { alertOf, operation, plan } from '../journal-values.ts'

const log = createLogger({ level: 'info', format: 'logfmt', isColoured: false })
const [directory, runs] = process.argv.slice(2)
const journal = openJournal(directory!, { clock: hostClock, boot: bootId('/proc'), log })

function acknowledge(): void {
  const { seq, hash } = journal.head
  writeSync(1, `${seq} ${hash}\n`)
}

const done = { outcome: 'done' } as const

/** The calls for one run; each is one commit. */
function* calls(id: number): Generator<() => void> {
  yield () => move(journal, id, 'received', 'proposed', { plan, planSha: 's', policySha: 'p' })
  yield () => approve(journal, id, { who: 'test', how: 'cli', planSha: 's' }, 60_000)
  yield () => move(journal, id, 'approved', 'applying')
  yield () => void intend(journal, id, operation, false)
  yield () => outcome(journal, id, 1, 'done', done)
  yield () => move(journal, id, 'applying', 'measuring')
  yield () => addWindow(journal, id, '1 A', { cost: 1 })
  yield () => void intend(journal, id, reversed(operation), true)
  yield () => outcome(journal, id, 2, 'done', done)
  yield () => move(journal, id, 'measuring', 'undone', { verdict: 'inconclusive', reason: 'no proof' })
}

acknowledge()
// What an earlier process left is closed, as recovery would.
for (const { id, state } of openRuns(journal)) {
  move(journal, id, state, 'person', { reason: 'the program was killed' })
  acknowledge()
}
for (let count = 0; count < Number(runs); count++) {
  const [id] = receive(journal, 'sha', [alertOf(count)]).opened
  acknowledge()
  for (const call of calls(id!)) {
    call()
    acknowledge()
  }
}
note(journal, undefined, 'all done')
acknowledge()
