// One sample of the host: what is kept of a snapshot, which itself is only valid until the next one is taken. A part that
// cannot be read is undefined, and `missing` says why.
import type { VcpuExits, VmExits } from '../model/exits.ts'
import type { CpuTime, HostFacts, HugePagePool, KsmState, MemoryInfo, Pressure } from '../model/host.ts'
import type { HostSnapshot, Part } from '../model/host-snapshot.ts'
import type { SourceState } from '../model/sources.ts'
import type { Task } from '../model/task.ts'
import type { Vm } from '../model/vm.ts'
import type { VmMemory } from '../model/vm-memory.ts'

export interface Sample {
  /** Seconds since the Unix epoch. */
  readonly at: number
  /** Seconds of a clock that is never set, for differences. */
  readonly clock: number
  readonly vms: readonly Vm[]
  /** By process ID. */
  readonly exits: ReadonlyMap<number, VmExits> | undefined
  /** By thread ID, and parsed when the value is first used; undefined also if the module does not count by vCPU. */
  readonly vcpuExits: Part<ReadonlyMap<number, VcpuExits>> | undefined
  /** The vCPU threads, by thread ID. */
  readonly tasks: ReadonlyMap<number, Task> | undefined
  /** By process ID. */
  readonly vmMemory: ReadonlyMap<number, VmMemory> | undefined
  readonly memory: MemoryInfo | undefined
  readonly hugePages: readonly HugePagePool[] | undefined
  readonly ksm: KsmState | undefined
  readonly pressure: readonly Pressure[] | undefined
  readonly cpuTime: readonly CpuTime[] | undefined
  readonly bootTime: number | undefined
  readonly facts: HostFacts | undefined
  readonly sources: readonly SourceState[]
  /** Why a part is undefined, by the name of the part. */
  readonly missing: ReadonlyMap<string, string>
}

/** Throws if the VMs cannot be listed. Reads all parts at once, because the snapshot is only valid until the next one. */
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
    vcpuExits: readOption(snapshot.vcpuExits),
    tasks: read('vcpuTasks', snapshot.vcpuTasks),
    vmMemory: read('vmMemory', snapshot.vmMemory),
    memory: read('memory', snapshot.memory),
    hugePages: read('hugePages', snapshot.hugePages),
    ksm: read('ksm', snapshot.ksm),
    pressure: read('pressure', snapshot.pressure),
    cpuTime: read('cpuTime', snapshot.cpuTime),
    bootTime: read('bootTime', snapshot.bootTime),
    facts: read('hostFacts', snapshot.hostFacts),
    sources: read('sources', snapshot.sources) ?? [],
    missing,
  }
}

/** A part that few hosts have: nothing is missing without it. */
function readOption<T>(part: () => Part<T>): Part<T> | undefined {
  try {
    return part()
  } catch {
    return undefined
  }
}
