// One look at the host: what the page keeps of a snapshot, which itself is only good until the next one. A part
// that cannot be read is left out and says why.
import type { VmExits } from '../model/exits.ts'
import type { CpuTime, HostFacts, HugePagePool, KsmState, MemoryInfo } from '../model/host.ts'
import type { HostSnapshot, Part } from '../model/host-snapshot.ts'
import type { SourceState } from '../model/sources.ts'
import type { Task } from '../model/task.ts'
import type { Vm } from '../model/vm.ts'
import type { VmMemory } from '../model/vm-memory.ts'

export interface Sample {
  /** Seconds since the Unix epoch. */
  readonly at: number
  /** Seconds by a clock that nobody sets: for differences. */
  readonly clock: number
  readonly vms: readonly Vm[]
  readonly exits: ReadonlyMap<number, VmExits> | undefined
  readonly tasks: ReadonlyMap<number, Task> | undefined
  readonly vmMemory: ReadonlyMap<number, VmMemory> | undefined
  readonly memory: MemoryInfo | undefined
  readonly hugePages: readonly HugePagePool[] | undefined
  readonly ksm: KsmState | undefined
  readonly cpuTime: readonly CpuTime[] | undefined
  readonly bootTime: number | undefined
  readonly facts: HostFacts | undefined
  readonly sources: readonly SourceState[]
  /** By part: why it is undefined. */
  readonly missing: ReadonlyMap<string, string>
}

/** Throws where not even the VMs can be told. Reads all at once, as the snapshot must be. */
export function takeSample(snapshot: HostSnapshot): Sample {
  const missing = new Map<string, string>()
  const read = <T>(name: string, part: () => Part<T>): T | undefined => {
    try {
      return part().value
    } catch (error) {
      missing.set(name, error instanceof Error ? error.message : String(error))
      return undefined
    }
  }
  return {
    at: Date.now() / 1000,
    clock: performance.now() / 1000,
    vms: snapshot.vms().value,
    exits: read('exits', snapshot.exits),
    tasks: read('vcpuTasks', snapshot.vcpuTasks),
    vmMemory: read('vmMemory', snapshot.vmMemory),
    memory: read('memory', snapshot.memory),
    hugePages: read('hugePages', snapshot.hugePages),
    ksm: read('ksm', snapshot.ksm),
    cpuTime: read('cpuTime', snapshot.cpuTime),
    bootTime: read('bootTime', snapshot.bootTime),
    facts: read('hostFacts', snapshot.hostFacts),
    sources: read('sources', snapshot.sources) ?? [],
    missing,
  }
}
