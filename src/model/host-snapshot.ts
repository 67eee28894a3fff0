// Everything one scrape sees. Each part is read at most once, when first asked for, so that the collector
// that needs it pays for it; a part whose source failed throws that source's error to each that asks.
import type { VmExits } from './exits.ts'
import type { CpuTime, HostFacts, HugePagePool, KsmState, MemoryInfo, Pressure } from './host.ts'
import type { SourceState } from './sources.ts'
import type { Task } from './task.ts'
import type { Vm } from './vm.ts'
import type { VmMemory } from './vm-memory.ts'

/** Something that cost VMs series in this scrape: as a rule one VM, or what only a better source tells of all. */
export interface Problem {
  /** The file or interface that gave it. */
  readonly subject: string
  readonly error: Error
}

/** A part and what was wrong with single VMs in it. */
export interface Part<T> {
  readonly value: T
  readonly problems: readonly Problem[]
}

export interface HostSnapshot {
  vms(): Part<readonly Vm[]>
  /** By pid. A VM that has not exited yet, or whose source is behind, is not in it. */
  exits(): Part<ReadonlyMap<number, VmExits>>
  /** The vCPU threads of `vms()`, by tid. */
  vcpuTasks(): Part<ReadonlyMap<number, Task>>
  /** By pid. */
  vmMemory(): Part<ReadonlyMap<number, VmMemory>>
  memory(): Part<MemoryInfo>
  hugePages(): Part<readonly HugePagePool[]>
  ksm(): Part<KsmState>
  pressure(): Part<readonly Pressure[]>
  cpuTime(): Part<readonly CpuTime[]>
  /** When the host booted, seconds since the Unix epoch (`btime` of /proc/stat): makes dates of `startNs`. */
  bootTime(): Part<number>
  /** Undefined until they were gathered for the first time. */
  hostFacts(): Part<HostFacts | undefined>
  sources(): Part<readonly SourceState[]>
}

/** Takes snapshots, each of which is good until the next one is taken. */
export interface SnapshotSource {
  snapshot(): Promise<HostSnapshot>
}
