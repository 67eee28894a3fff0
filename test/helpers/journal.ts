// A journal in a temporary directory, with a clock that the test sets.
import { onTestFinished } from 'vitest'
import type { Operation } from '../../src/actuator/protocol.ts'
import type { Plan } from '../../src/remediate/actions/action.ts'
import { type Database, openDatabase } from '../../src/remediate/journal/database.ts'
import { Journal } from '../../src/remediate/journal/journal.ts'
import { type ReceivedAlert, receive } from '../../src/remediate/journal/receive.ts'
import { move } from '../../src/remediate/journal/runs.ts'
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

export const vm = {
  uuid: '6f1a7c1e-0000-4000-8000-000000000001',
  pid: 4711,
  startTick: 12_345,
  label: 'web-1',
} as const

/** A firing alert that asks for a scheduler tier of `vm`. */
export function alert(facts: Partial<ReceivedAlert> = {}): ReceivedAlert {
  return {
    fingerprint: 'a1',
    startsAt: '2026-01-01T00:00:00Z',
    status: 'firing',
    labels: { alertname: 'KvmVmCpuStarved', vm: vm.label },
    request: { action: 'sched-tier', mode: 'auto', vm, device: undefined, policySha: 'p1' },
    ...facts,
  }
}

/** An alert that asks for the same of another VM. */
export function alertOf(number: number): ReceivedAlert {
  const uuid = `6f1a7c1e-0000-4000-8000-${String(number).padStart(12, '0')}`
  const request = { ...alert().request!, vm: { ...vm, uuid, label: `vm-${number}` } }
  return alert({ fingerprint: `f${number}`, request })
}

export const operation: Operation = {
  kind: 'thread-scheduling',
  vm: { uuid: vm.uuid, pid: vm.pid, startTick: vm.startTick },
  tid: 4720,
  threadStartTick: 12_350,
  from: { policy: 0, rtPriority: 0, nice: 0, resetOnFork: false },
  to: { policy: 2, rtPriority: 2, nice: 0, resetOnFork: true },
}

export const plan: Plan = {
  action: 'sched-tier',
  target: { vm, device: undefined },
  changes: [{ what: 'thread 4720 (vCPU 0)', now: 'other, nice 0', next: 'rr 2' }],
  operations: [operation],
  takesEffect: 'live',
  isLeased: true,
  preconditions: [],
  risk: 'low',
  owner: 'nobody else',
  measurement: { design: 'switchback', metric: 'run-delay', text: 'run delay, by turns' },
  undo: 'every thread gets its old scheduling again',
  commands: ['chrt --rr --pid 2 4720'],
  diff: undefined,
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
