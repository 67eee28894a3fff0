// The JSON that feeds the page, documented for everybody in the README. Times are seconds since the Unix epoch,
// sizes bytes, shares 0 to 1, rates per second. `null` is what is not known; `missing` then says why.
import type { SourceState } from '../model/sources.ts'
import type { VmClass } from '../model/vm-class.ts'

/** GET /api/v1/live */
export interface LiveDocument {
  /** Of the exporter. */
  readonly version: string
  /** When the host was last looked at. */
  readonly at: number
  readonly intervalSeconds: number
  /** Rates and shares are means of at most so many seconds before `at`; those of `history` are of one look each. */
  readonly windowSeconds: number
  readonly thresholds: {
    /** Ratio below which class io begins. */
    readonly io: number
    /** Ratio above which class compute begins. */
    readonly compute: number
    /** A class ends as far on the other side of where it begins. */
    readonly margin: number
    /** Switches per second from which on a VM is judged, and below which it is not any more. */
    readonly activeSwitches: number
    readonly idleSwitches: number
  }
  readonly host: LiveHost
  readonly sources: readonly LiveSource[]
  /** Parts of the host that could not be read, and why. */
  readonly missing: Readonly<Record<string, string>>
  /** Looks at the host later than `since` of the request, oldest first; the VMs' histories are of the same looks. */
  readonly history: {
    readonly at: readonly number[]
    /** Of all VMs together, per second. */
    readonly kernelSwitches: Points
    readonly userspaceSwitches: Points
    /** Share of the host's CPU time. */
    readonly cpuBusy: Points
  }
  readonly vms: readonly LiveVm[]
}

/** null: nothing to tell of that moment, as the VM was not there or its counters began again. */
export type Points = readonly (number | null)[]

export interface LiveHost {
  readonly kernelRelease: string | null
  readonly distribution: string | null
  readonly cpuModel: string | null
  /** Logical CPUs. */
  readonly cpus: number | null
  readonly cpuBusy: number | null
  /** Of the time that all VMs wanted to run, that in which they waited for a CPU. */
  readonly runDelay: number | null
  readonly memory: {
    readonly totalBytes: number | null
    readonly availableBytes: number | null
    readonly swapTotalBytes: number | null
    readonly swapFreeBytes: number | null
  }
  /** By page size, all NUMA nodes together. */
  readonly hugePages: readonly {
    readonly pageBytes: number
    readonly totalBytes: number
    readonly freeBytes: number
  }[]
  readonly ksm: {
    /** 0 stopped, 1 merging, 2 stopped with all pages unmerged. */
    readonly run: number | null
    readonly pagesShared: number | null
    /** Pages saved. */
    readonly pagesSharing: number | null
  }
}

export interface LiveSource {
  readonly fact: SourceState['fact']
  readonly source: SourceState['source']
  readonly state: SourceState['state']
  readonly reason: string | null
  /** The command that would make it available; null where it would tell nothing that a better source does not. */
  readonly remedy: string | null
}

export interface LiveVm {
  /** The label `vm` of the metrics. */
  readonly label: string
  readonly pid: number
  readonly uuid: string | null
  readonly machine: string | null
  readonly startedAt: number | null
  readonly vcpus: number
  /** null until there are two looks at its exits. */
  readonly class: VmClass | null
  /** Switches that stay inside KVM, of all. */
  readonly ratio: number | null
  /** Port I/O exits per switch. */
  readonly ioShare: number | null
  /** Seconds that its vCPUs wait for user space (QEMU) per CPU second of the VM. */
  readonly userspaceCost: number | null
  /** Exits per second: switches inside KVM and to user space. */
  readonly switches: number | null
  /** CPU seconds per second of all its vCPUs. */
  readonly cpu: number | null
  /** Of the time that it wanted to run, that in which it waited for a CPU. */
  readonly runDelay: number | null
  /** Its vCPU threads by how they are scheduled, most of them first. */
  readonly scheduling: readonly (LiveScheduling & { readonly vcpus: number })[]
  readonly memory: {
    readonly maxBytes: number | null
    readonly balloonBytes: number | null
    readonly residentBytes: number | null
    readonly hugetlbBytes: number | null
  }
  readonly disks: readonly LiveDisk[]
  readonly nics: readonly LiveNic[]
  readonly history: { readonly ratio: Points; readonly switches: Points }
}

export interface LiveScheduling {
  /** other, fifo, rr, batch, idle, deadline or ext. */
  readonly policy: string
  /** null where it has no effect. */
  readonly nice: number | null
  /** Real-time priority; null unless the policy is fifo or rr. */
  readonly priority: number | null
}

export interface LiveDisk {
  readonly device: string
  readonly bus: string
  readonly cache: string | null
  readonly format: string | null
  /** Whether user space emulates its controller. */
  readonly emulated: boolean
}

export interface LiveNic {
  readonly device: string
  readonly model: string
  readonly vhost: boolean | null
  /** Whether user space emulates it. */
  readonly emulated: boolean
}

/** GET /api/v1/live/vms/<pid> */
export interface LiveVmDetail {
  readonly at: number
  readonly vm: Omit<LiveVm, 'history'>
  readonly exits: {
    /** The figures here are of so many seconds before `at`; null until there is something to compare with. */
    readonly seconds: number | null
    readonly kernelSwitches: number | null
    readonly userspaceSwitches: number | null
    readonly io: number | null
    readonly exceptions: number | null
    /** Seconds per second, of all vCPUs together. */
    readonly kernelSeconds: number | null
    readonly haltSeconds: number | null
    readonly userspaceWaitSeconds: number | null
    /** Exits per second, most of them first; null where the source cannot tell. */
    readonly reasons: readonly { readonly reason: string; readonly perSecond: number }[] | null
  }
  /** Between the last two looks. */
  readonly vcpus: readonly (LiveScheduling & {
    readonly id: number
    readonly tid: number
    /** The host CPU it runs or last ran on. */
    readonly lastCpu: number
    readonly cpu: number | null
    readonly runDelay: number | null
  })[]
  readonly history: {
    readonly at: readonly number[]
    readonly ratio: Points
    readonly kernelSwitches: Points
    readonly userspaceSwitches: Points
    readonly cpu: Points
    readonly runDelaySeconds: Points
    readonly userspaceWaitSeconds: Points
  }
}
