// The report as data: what `--format=json` prints, and what the other forms are made from. Times are ISO 8601 in UTC,
// memory is in bytes, CPU is in CPUs (CPU seconds per second), shares are from 0 to 1. null: not known.
import type { ActionName } from '../model/remediation.ts'
import type { VmClass } from '../model/vm-class.ts'
import type { Forecast } from './statistics/forecast.ts'

export interface Report {
  /** Rises when a field changes its meaning or goes away. */
  readonly format: 1
  readonly version: string
  readonly generated: string
  readonly prometheus: string
  readonly match: readonly string[]
  readonly range: { readonly from: string; readonly to: string; readonly stepSeconds: number }
  /** Of alerts/settings.rules.yaml: from Prometheus, or as shipped. */
  readonly limits: Limits
  /** What the API warned of, such as a store of Thanos that did not answer. */
  readonly warnings: readonly string[]
  readonly gaps: readonly Gap[]
  readonly fleet: Fleet
  /** What to do, the most urgent first. */
  readonly actions: readonly Action[]
  readonly hosts: readonly HostReport[]
  readonly vms: readonly VmReport[]
  readonly fit: Fit
  readonly remediation: Remediation
}

export interface Limits {
  readonly hostCpuHigh: number
  readonly hostMemoryLow: number
  readonly runDelayHigh: number
  readonly realtimeDensityHigh: number
  readonly cpuActive: number
  readonly memoryBig: number
  readonly hugepagesBacked: number
  readonly balloonHeld: number
}

export interface Gap {
  readonly host: string
  readonly from: string
  readonly to: string
  /** `no-data`: no scrape of the host. `no-vms`: scrapes, but the exporter could not list the VMs. */
  readonly kind: 'no-data' | 'no-vms'
  /** Whether every host has this gap, so that Prometheus itself is the likely cause. */
  readonly isOfAllHosts: boolean
}

export type ClassCounts = Readonly<Record<VmClass | 'unknown', number>>

export interface Fleet {
  readonly hosts: number
  readonly silentHosts: number
  readonly vms: number
  /** VMs that ran within the range and do not run at its end. */
  readonly endedVms: number
  readonly vcpus: number
  readonly cpus: number
  readonly classes: ClassCounts
  /** VMs by class for each day. */
  readonly classDays: readonly { readonly time: string; readonly classes: ClassCounts }[]
  /** vCPUs that waited for QEMU on average, of the VMs whose wait is measured. */
  readonly wait: number | null
  /** vCPUs that virtio would save on average, of the running VMs. */
  readonly saved: { readonly low: number; readonly high: number } | null
}

export interface Figures {
  readonly mean: number
  readonly p95: number
  readonly max: number
}

export interface HostReport {
  readonly name: string
  /** False if Prometheus has no data of the last day. Such a host is left out of forecasts and of what fits where. */
  readonly isCurrent: boolean
  readonly lastSeen: string | null
  readonly kernel: string
  readonly cpuModel: string
  /** Share of the expected scrapes that Prometheus has. */
  readonly coverage: number
  readonly vms: number
  readonly classes: ClassCounts
  readonly vcpus: number
  readonly cpus: number | null
  readonly vcpusPerCpu: number | null
  /** Share of its CPUs. */
  readonly busy: Figures | null
  /** Of the time in which its VMs were ready to run, the share in which they waited for a CPU. */
  readonly runDelay: Figures | null
  readonly memory: HostMemory | null
  readonly hugePages: { readonly pool: number; readonly freeNow: number; readonly freeMin: number } | null
  readonly realtime: { readonly vcpus: number; readonly budget: number; readonly left: number } | null
  readonly headRoom: HeadRoom
  readonly trends: Trends
  /** Of kvminfo doctor, about the host itself. */
  readonly findings: readonly { readonly finding: string; readonly severity: string }[]
  readonly days: readonly HostDay[]
}

export interface HostMemory {
  readonly total: number
  /** Without the pools of huge pages. */
  readonly ordinary: number
  readonly availableNow: number
  readonly availableMin: number
  /** What should remain available. */
  readonly reserve: number
  /** To the guests, in ordinary memory. */
  readonly given: number
  /** given / ordinary; above 1 the host is over-committed. */
  readonly commitment: number
}

/** What is left for more VMs. */
interface HeadRoom {
  readonly cpus: number | null
  /** Ordinary memory that is not given to a guest, above the reserve. Below 0 if it is over-committed. */
  readonly memory: number | null
  readonly hugePages: number | null
  readonly realtimeVcpus: number | null
}

export interface Trend extends Forecast {
  readonly limit: number
  /** Only if the outcome is `expected`: days from the end of the range, as dates. */
  readonly date?: string
  readonly dateLow?: string
  readonly dateHigh?: string
}

export interface Trends {
  /** The 95th percentile of each day, share of the CPUs; reaches the limit upwards. */
  readonly cpu: Trend
  /** The lowest value of each day, bytes; reaches the reserve downwards. */
  readonly memory: Trend
  /** The lowest value of each day, bytes; reaches 0. null if the host has no pool. */
  readonly hugePages: Trend | null
}

/** One day, or a few if the range is long. null: less than half of it is known. */
export interface HostDay {
  readonly time: string
  readonly busyMean: number | null
  readonly busyP95: number | null
  readonly availableMin: number | null
  readonly hugePagesFreeMin: number | null
  readonly runDelay: number | null
}

export interface VmReport {
  readonly name: string
  readonly uuid: string | null
  readonly host: string
  /** Earlier names and hosts of the same UUID, in time order, without the present ones. */
  readonly earlier: readonly { readonly name: string; readonly host: string; readonly until: string }[]
  /** Other VMs had the same UUID at the same time, so the name and the host tell them apart. */
  readonly sharesUuid: boolean
  readonly isRunning: boolean
  readonly firstSeen: string
  readonly lastSeen: string
  /** Hours of the range in which its CPU time is known. */
  readonly hours: number
  readonly owner: string
  readonly vcpus: number | null
  readonly cpu: Figures | null
  /** While it was busy enough to be judged. */
  readonly runDelay: Figures | null
  readonly class: VmClass | 'unknown'
  /** Exits per second, the share of them that KVM handled, and the share of port I/O. */
  readonly exits: number | null
  readonly rootModeRatio: number | null
  readonly ioShare: number | null
  /** Waiting for QEMU: vCPUs on average, and per CPU second. */
  readonly wait: number | null
  readonly waitPerCpu: number | null
  /** Of it, at emulated disks and NICs. */
  readonly diskWait: number | null
  readonly nicWait: number | null
  readonly emulatedDisks: readonly string[]
  readonly emulatedNics: readonly string[]
  readonly saving: Saving | null
  readonly memory: VmMemoryReport
  readonly size: Size
  readonly tier: Tier
  readonly actions: readonly Action[]
}

export interface VmMemoryReport {
  readonly given: number | null
  /** Most memory that the process held, huge pages included. */
  readonly heldMax: number | null
  readonly hugePages: number | null
  readonly balloonMin: number | null
}

export interface Saving {
  /** vCPUs on average. */
  readonly low: number
  readonly high: number
  /** `peers`: compared with VMs that have virtio only. `thesis`: there are too few. */
  readonly basis: 'peers' | 'thesis'
  /** Whether the wait is that at the emulated devices, or all wait of the VM. */
  readonly isByDevice: boolean
}

export interface Size {
  /** `unknown`: too short a time, or not measured. */
  readonly cpu: 'fits' | 'too-big' | 'too-small' | 'unknown'
  readonly memory: 'fits' | 'too-big' | 'unknown'
  /** Only if it does not fit. */
  readonly vcpus: number | null
  readonly bytes: number | null
  readonly evidence: readonly string[]
}

export interface Tier {
  /** 1 to 4 of the thesis, by policy and priority; null if its vCPUs differ or nothing is known. */
  readonly now: number | null
  readonly recommended: number | null
  readonly reason: string
}

export interface Action {
  /** An action of kvminfo remediate, or a word of this report. */
  readonly action:
    | ActionName
    | 'fewer-vcpus'
    | 'more-vcpus'
    | 'less-memory'
    | 'move-vms'
    | 'more-memory'
    | 'more-cpus'
    | 'more-huge-pages'
  readonly host: string
  /** null for the host itself. */
  readonly vm: string | null
  readonly reason: string
  /** Sorts the list; higher is more urgent. */
  readonly weight: number
}

export interface Placement {
  readonly vm: string
  readonly from: string
  readonly to: string
}

export interface Fit {
  /** For each current host: whether its VMs would fit on the others. */
  readonly evacuations: readonly {
    readonly host: string
    readonly placements: readonly Placement[]
    readonly left: readonly { readonly vm: string; readonly reason: string }[]
  }[]
  /** Hosts that could be emptied one after the other, with the moves that this needs. */
  readonly emptied: readonly { readonly host: string; readonly placements: readonly Placement[] }[]
  /** Moves that would bring hosts above a limit below it. */
  readonly relief: readonly Placement[]
  /** VMs of the median size that still fit, by host. */
  readonly additional: readonly { readonly host: string; readonly vms: number }[]
  readonly medianVm: { readonly cpu: number; readonly memory: number } | null
}

export interface Effect {
  readonly run: string
  readonly host: string
  readonly vm: string | null
  readonly action: string
  readonly device: string
  readonly state: string
  readonly verdict: string
  readonly since: string
  /** A day before it, and a day from when it was in place. null: too little data on one side. */
  readonly figures: readonly {
    readonly what: 'wait-per-cpu' | 'root-mode-ratio' | 'run-delay' | 'host-busy'
    readonly before: number
    readonly after: number
  }[]
}

export interface Remediation {
  /** Runs of the range by action and how they ended, or their present state. */
  readonly runs: readonly {
    readonly action: string
    readonly state: string
    readonly verdict: string
    readonly count: number
  }[]
  readonly effects: readonly Effect[]
}
