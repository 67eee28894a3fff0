// The JSON behind the page. README.md is its reference for users. Times are seconds since the Unix epoch, sizes are bytes,
// shares are 0 to 1, rates are per second. `null` means not known; `missing` may say why.
import type { SourceState } from '../model/sources.ts'
import type { VmClass } from '../model/vm-class.ts'

/** GET /api/v1/live */
export interface LiveDocument {
  /** Version of the exporter. */
  readonly version: string
  /** When the host was last sampled. */
  readonly at: number
  /** Time between two samples. */
  readonly intervalSeconds: number
  /** Rates and shares are means over at most this time before `at`. Those in `history` cover one sample each. */
  readonly windowSeconds: number
  readonly thresholds: {
    /** Ratio below which class emulated-io begins. */
    readonly emulatedIo: number
    /** Ratio above which class near-native or in-kernel-io begins. */
    readonly nearNative: number
    /** I/O share from which such a VM is in-kernel-io. */
    readonly inKernelIo: number
    /** A class ends this far beyond the threshold at which it begins. */
    readonly margin: number
    /** Exits per second at which a VM begins to be judged. */
    readonly activeSwitches: number
    /** Exits per second below which a judged VM becomes idle. */
    readonly idleSwitches: number
  }
  readonly host: LiveHost
  readonly sources: readonly LiveSource[]
  /** Parts of the host that could not be read, and why. */
  readonly missing: Readonly<Record<string, string>>
  /** The samples after `since` of the request, oldest first. The histories of the VMs have the same samples. */
  readonly history: {
    readonly at: readonly number[]
    /** Exits per second of all VMs together. */
    readonly kernelSwitches: Points
    readonly userspaceSwitches: Points
    /** Share of the host's CPU time that was not idle. */
    readonly cpuBusy: Points
  }
  readonly vms: readonly LiveVm[]
}

/** One value for each sample. null if it is not known, because the VM was not there or its counters were reset. */
export type Points = readonly (number | null)[]

export interface LiveHost {
  readonly kernelRelease: string | null
  readonly distribution: string | null
  readonly cpuModel: string | null
  /** Logical CPUs. */
  readonly cpus: number | null
  /** Share of the host's CPU time that was not idle. */
  readonly cpuBusy: number | null
  /** Share of the time that the VMs were ready to run in which they waited for a CPU. */
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
    /** Pages saved by KSM. */
    readonly pagesSharing: number | null
  }
}

export interface LiveSource {
  readonly fact: SourceState['fact']
  readonly source: SourceState['source']
  readonly state: SourceState['state']
  readonly reason: string | null
  /** The command that would make it available; null if there is none or a better source is already in use. */
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
  /** null until there are two samples of its exits. */
  readonly class: VmClass | null
  /** Root-mode switch ratio: the share of exits that are handled in KVM. */
  readonly ratio: number | null
  /** Share of exits that are port I/O exits. */
  readonly ioShare: number | null
  /** Seconds that its vCPUs wait for user space (QEMU) per CPU second of the VM. */
  readonly userspaceCost: number | null
  /** Exits per second, handled in KVM or handed to user space. */
  readonly switches: number | null
  /** CPU seconds per second of all its vCPU threads. */
  readonly cpu: number | null
  /** Share of the time that its vCPUs were ready to run in which they waited for a CPU. */
  readonly runDelay: number | null
  /** Its vCPU threads grouped by their scheduling, the largest group first. */
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
  /** null if it has no effect. */
  readonly nice: number | null
  /** Real-time priority; null unless the policy is fifo or rr. */
  readonly priority: number | null
}

export interface LiveDisk {
  /** QEMU's device id. */
  readonly device: string
  /** libvirt's name (`vda`); null if it is not known. */
  readonly target: string | null
  readonly bus: string
  readonly cache: string | null
  readonly format: string | null
  /** Whether QEMU emulates its controller. */
  readonly emulated: boolean
}

export interface LiveNic {
  /** QEMU's device id. */
  readonly device: string
  /** The interface of the host (`vnet0`); null if it is not known. */
  readonly target: string | null
  readonly model: string
  readonly vhost: boolean | null
  /** Whether QEMU emulates it. */
  readonly emulated: boolean
}

export interface LiveWait {
  readonly perSecond: number
  /** Seconds per second that the vCPUs waited for QEMU, all together; null if the source does not measure time. */
  readonly waitSeconds: number | null
}

/** GET /api/v1/live/vms/<pid> */
export interface LiveVmDetail {
  readonly at: number
  readonly vm: Omit<LiveVm, 'history'>
  readonly exits: {
    /** These figures are means over this many seconds before `at`; null until there are two samples to compare. */
    readonly seconds: number | null
    readonly kernelSwitches: number | null
    readonly userspaceSwitches: number | null
    readonly io: number | null
    readonly exceptions: number | null
    /** Seconds per second, of all vCPUs together. */
    readonly kernelSeconds: number | null
    readonly haltSeconds: number | null
    readonly userspaceWaitSeconds: number | null
    /** Exits per second, the most frequent first; null if the source does not count them. */
    readonly reasons: readonly { readonly reason: string; readonly perSecond: number }[] | null
    /** Exits handed to QEMU by KVM's own reason, the one that costs most time first; null if the source does not count them. */
    readonly userspaceReasons: readonly (LiveWait & { readonly reason: string })[] | null
    /** Exits handed to QEMU by the device that the guest accessed, in the same order; null if the source does not count them. */
    readonly devices: readonly (LiveWait & { readonly device: string })[] | null
  }
  /** Rates and shares between the last two samples. */
  readonly vcpus: readonly (LiveScheduling & {
    readonly id: number
    readonly tid: number
    /** The host CPU it runs or last ran on. */
    readonly lastCpu: number
    readonly cpu: number | null
    readonly runDelay: number | null
    /** Exits per second; null if the source does not count them by vCPU. */
    readonly exits: number | null
    readonly userspaceSwitches: number | null
    /** Seconds per second. */
    readonly userspaceWaitSeconds: number | null
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
