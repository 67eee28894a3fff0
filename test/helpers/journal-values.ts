// An alert, a plan and an operation for tests of the journal.
import type { Operation } from '../../src/actuator/protocol.ts'
import type { Plan } from '../../src/remediate/actions/action.ts'
import type { ReceivedAlert } from '../../src/remediate/journal/receive.ts'

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
