// A journal in a temporary directory, with a clock that the test sets.
import { onTestFinished } from 'vitest'
import { type Database, openDatabase } from '../../src/remediate/journal/database.ts'
import { Journal } from '../../src/remediate/journal/journal.ts'
import { receive } from '../../src/remediate/journal/receive.ts'
import { move } from '../../src/remediate/journal/runs.ts'
import { alert, plan } from './journal-values.ts'
import { recordedLog } from './recorded-log.ts'
import { scratchDirectory } from './scratch.ts'

export class SetClock {
  /** Milliseconds since the epoch. */
  at = 1_700_000_000_000
  /** Seconds since boot. */
  up = 1_000

  now(): number {
    return this.at
  }

  uptime(): number {
    return this.up
  }

  /** Time passes, as both clocks show. */
  pass(ms: number): void {
    this.at += ms
    this.up += ms / 1000
  }
}

export interface TestJournal {
  readonly journal: Journal
  readonly database: Database
  readonly clock: SetClock
  readonly directory: string
  readonly ballast: { isDropped: boolean; hasRoom: boolean; drop(): void; restore(): boolean }
  readonly messages: () => string[]
}

/** Its ballast is not a file: `drop` and `restore` only remember. */
export function testJournal({
  directory = scratchDirectory(),
  clock = new SetClock(),
  boot = 'first boot',
  hasRoom = true,
}: {
  directory?: string
  clock?: SetClock
  boot?: string
  /** Whether there is room for the ballast. */
  hasRoom?: boolean
} = {}): TestJournal {
  const { log, records } = recordedLog()
  const database = openDatabase(directory)
  const ballast = {
    isDropped: false,
    hasRoom,
    drop() {
      this.isDropped = true
      this.hasRoom = false
    },
    restore() {
      return this.hasRoom
    },
  }
  const journal = new Journal({ database, ballast, clock, boot, log })
  onTestFinished(() => {
    try {
      journal.close()
    } catch {
      // The test has closed it already.
    }
  })
  return { journal, database, clock, directory, ballast, messages: () => records.map(({ msg }) => msg) }
}

/** Opens a run for `vm` and moves it on to `to`; returns its id. */
export function runIn(
  journal: Journal,
  to: 'received' | 'proposed' | 'approved' | 'applying' | 'measuring',
): number {
  const { opened, joined } = receive(journal, 'sha', [alert()])
  const id = [...opened, ...joined][0]!
  const path = ['received', 'proposed', 'approved', 'applying', 'measuring'] as const
  for (const [index, state] of path.slice(0, path.indexOf(to)).entries()) {
    const facts = state === 'received' ? { plan, planSha: 'plan-1', policySha: 'p1' } : {}
    move(journal, id, state, path[index + 1]!, facts)
  }
  return id
}
