// Hand-made samples of a host, for tests of what the live page shows for them.
import type { VmExits } from '../../src/model/exits.ts'
import type { Task } from '../../src/model/task.ts'
import type { Vm } from '../../src/model/vm.ts'
import type { Sample } from '../../src/observe/sample.ts'

/** `at` is the time on both clocks. */
export function sample(
  at: number,
  vms: readonly Vm[],
  {
    exits = [],
    tasks = [],
    ...more
  }: { exits?: VmExits[]; tasks?: Task[] } & Partial<Omit<Sample, 'exits' | 'tasks'>> = {},
): Sample {
  return {
    at,
    clock: at,
    vms,
    exits: new Map(exits.map((one) => [one.pid, one])),
    vcpuExits: undefined,
    tasks: new Map(tasks.map((one) => [one.tid, one])),
    vmMemory: undefined,
    memory: undefined,
    hugePages: undefined,
    ksm: undefined,
    pressure: undefined,
    cpuTime: undefined,
    bootTime: undefined,
    facts: undefined,
    sources: [],
    missing: new Map(),
    ...more,
  }
}
