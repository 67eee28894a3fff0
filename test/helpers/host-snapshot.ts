// Hand-made host snapshots, for tests of code that uses a snapshot.
import type { HostSnapshot, Part, Problem } from '../../src/model/host-snapshot.ts'
import type { Task } from '../../src/model/task.ts'
import type { Vm } from '../../src/model/vm.ts'

export function part<T>(value: T, problems: readonly Problem[] = []): Part<T> {
  return { value, problems }
}

/** An idle host without VMs, except for what is given. */
export function hostSnapshot(parts: Partial<HostSnapshot> = {}): HostSnapshot {
  return {
    vms: () => part([]),
    vmDevices: parts.vms ?? (() => part([])),
    vmAllotments: parts.vms ?? (() => part([])),
    exits: () => part(new Map()),
    vcpuExits: () => part(new Map()),
    vcpuTasks: () => part(new Map()),
    vmMemory: () => part(new Map()),
    memory: () => part(new Map()),
    hugePages: () => part([]),
    ksm: () => part(new Map()),
    pressure: () => part([]),
    cpuTime: () => part([]),
    bootTime: () => part(1_700_000_000),
    hostFacts: () => part(undefined),
    hostFindings: () => part(undefined),
    sources: () => part([]),
    ...parts,
  }
}

export function vm(label: string, pid: number, more: Partial<Vm> = {}): Vm {
  return {
    label,
    pid,
    startNs: 0,
    uuid: undefined,
    machine: undefined,
    state: undefined,
    owner: undefined,
    identitySource: 'none',
    vcpus: [],
    disks: [],
    nics: [],
    hostDevices: [],
    memoryMaxBytes: undefined,
    balloonBytes: undefined,
    ...more,
  }
}

export function task(pid: number, tid: number, more: Partial<Task> = {}): Task {
  return {
    pid,
    tid,
    policy: 0,
    nice: 0,
    rtPriority: 0,
    cpu: 0,
    cpuNs: 0,
    runDelayNs: 0,
    voluntarySwitches: 0,
    involuntarySwitches: 0,
    startNs: 0,
    ...more,
  }
}
