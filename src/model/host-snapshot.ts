// Everything one scrape sees. Each part is read at most once, on first use, so that only a collector that needs it pays
// for it. If the source of a part failed, every call for that part throws the source's error.
import type { VcpuExits, VmExits } from './exits.ts'
import type { HostFinding } from './finding.ts'
import type { CpuTime, HostFacts, HugePagePool, KsmState, MemoryInfo, Pressure } from './host.ts'
import type { SourceState } from './sources.ts'
import type { Task } from './task.ts'
import type { Vm } from './vm.ts'
import type { VmMemory } from './vm-memory.ts'

/** Something that cost VMs series in this scrape: usually one VM, or all VMs if only a better source has the data. */
export interface Problem {
  /** The file, interface or VM that it concerns. */
  readonly subject: string
  readonly error: Error
  /**
   * Whether it concerns a process that only its own command line calls a VM. Any user can start such a process, so it
   * is counted, but is no failure.
   */
  readonly isUnconfirmed?: boolean
}

/** A part of the snapshot, with the problems of single VMs in it. */
export interface Part<T> {
  readonly value: T
  readonly problems: readonly Problem[]
}

export interface HostSnapshot {
  /** Its problems are VMs that are left out. */
  vms(): Part<readonly Vm[]>
  /** The same VMs; its problems are also those that cost disks and NICs. */
  vmDevices(): Part<readonly Vm[]>
  /** The same VMs; its problems are also those that cost what a VM was given: its maximum memory and its balloon. */
  vmAllotments(): Part<readonly Vm[]>
  /** By pid. A VM without any exit yet, or whose background source has not answered yet, is missing. */
  exits(): Part<ReadonlyMap<number, VmExits>>
  /** By tid, of all vCPU threads that had an exit. Only the module counts them, and only if it was loaded for it. */
  vcpuExits(): Part<ReadonlyMap<number, VcpuExits>>
  /** The vCPU threads of `vms()`, by tid. */
  vcpuTasks(): Part<ReadonlyMap<number, Task>>
  /** By pid. */
  vmMemory(): Part<ReadonlyMap<number, VmMemory>>
  memory(): Part<MemoryInfo>
  hugePages(): Part<readonly HugePagePool[]>
  ksm(): Part<KsmState>
  pressure(): Part<readonly Pressure[]>
  cpuTime(): Part<readonly CpuTime[]>
  /** When the host booted, seconds since the Unix epoch (`btime` of /proc/stat); turns `startNs` into a date. */
  bootTime(): Part<number>
  /** undefined until they have been read for the first time. */
  hostFacts(): Part<HostFacts | undefined>
  /** What `kvminfo doctor` found on the host itself; undefined until it has looked for the first time. */
  hostFindings(): Part<readonly HostFinding[] | undefined>
  sources(): Part<readonly SourceState[]>
}

/** Takes snapshots. A snapshot is valid until the next one is taken. */
export interface SnapshotSource {
  snapshot(): Promise<HostSnapshot>
}
