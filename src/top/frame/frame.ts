// What the monitor shows of one moment: figures of the host, its VMs and its tasks. A recording keeps frames, so they hold
// plain data only. Rates are per second, times are seconds per second, sizes are bytes, shares are 0 to 1. null: not known.
import type { VmClass } from '../../model/vm-class.ts'
import type { TaskList } from './task-list.ts'

export interface Frame {
  /** When it was taken, seconds since the Unix epoch. */
  readonly at: number
  /** Since the previous frame: the time that all rates cover; null for the first frame, which has none. */
  readonly seconds: number | null
  /** The number of this frame since the start. */
  readonly number: number
  readonly host: HostFigures
  readonly sources: readonly SourceInUse[]
  /** Parts of the host that could not be read, and why. */
  readonly missing: Readonly<Record<string, string>>
  readonly vms: readonly VmFigures[]
  readonly tasks: TaskList
  /** undefined if the VM is not in this frame. */
  readonly detail: (pid: number) => VmDetail | undefined
}

export interface SourceInUse {
  readonly fact: string
  readonly source: string
  /** Why a better one is not in use; null if this is the best. */
  readonly reason: string | null
}

export interface HostFigures {
  readonly name: string
  readonly kernel: string | null
  /** Seconds since the Unix epoch. */
  readonly bootTime: number | null
  /** The timer frequency of the kernel, 1/s. */
  readonly hz: number | null
  readonly cpus: number | null
  /** Shares of the time of all CPUs: now, since the start of the monitor, and the highest since then. */
  readonly busy: number | null
  readonly busyAverage: number | null
  readonly busyPeak: number | null
  /** The CPU time that the tasks used, as a share of all CPUs: the same as `busy`, from another source. */
  readonly busyByTasks: number | null
  readonly perCpu: readonly { readonly cpu: number; readonly busy: number | null }[]
  readonly memory: MemoryFigures
  readonly tasks: number
  readonly running: number
  readonly blocked: number
  readonly self: SelfFigures
}

export interface MemoryFigures {
  readonly total: number | null
  readonly free: number | null
  readonly available: number | null
  readonly buffers: number | null
  readonly cached: number | null
  /** Pages of the default size. */
  readonly hugePagesTotal: number | null
  readonly hugePagesFree: number | null
  readonly hugePageSize: number | null
}

/** What the monitor itself costs. */
export interface SelfFigures {
  /** Seconds of CPU time per second; null in the first frame. */
  readonly cpu: number | null
  readonly residentBytes: number
}

export interface VmFigures {
  readonly label: string
  readonly pid: number
  readonly state: string | null
  /** Judged over the last minute, as on the live page; everything else covers one interval. */
  readonly class: VmClass | null
  /** Root-mode switch ratio. */
  readonly ratio: number | null
  readonly ioShare: number | null
  readonly kernelSwitches: number | null
  readonly userspaceSwitches: number | null
  readonly io: number | null
  readonly exceptions: number | null
  /** Time for which its vCPUs wait for QEMU. */
  readonly userspaceWait: number | null
  /** The device whose emulation costs most, over the last half minute or more. */
  readonly device: string | null
  readonly deviceWait: number | null
  readonly devicePerSecond: number | null
  readonly vcpus: number
  readonly cpu: number | null
  /** The share of the time that its vCPUs were ready to run in which they waited for a CPU. */
  readonly runDelay: number | null
  /** Of its vCPU threads: `fifo`, `other`, or several separated by commas. */
  readonly policy: string | null
  /** Real-time priority, or nice value; null also if its vCPUs differ. */
  readonly rtPriority: number | null
  readonly nice: number | null
  readonly residentBytes: number | null
  readonly hugetlbBytes: number | null
  readonly memoryMaxBytes: number | null
}

export interface VmDetail {
  /** Its vCPU threads. */
  readonly threads: readonly VcpuFigures[]
  /** The time that the lists below cover; null until there are two samples to compare. */
  readonly mixSeconds: number | null
  /** The most frequent first; null if the source does not count them. Likewise below. */
  readonly reasons: readonly WaitFigures[] | null
  readonly userspaceReasons: readonly WaitFigures[] | null
  readonly devices: readonly WaitFigures[] | null
  /** One line for each disk, network interface and host device. */
  readonly hardware: readonly string[]
}

export interface VcpuFigures {
  readonly id: number
  readonly tid: number
  readonly lastCpu: number | null
  readonly policy: string | null
  readonly rtPriority: number | null
  readonly nice: number | null
  readonly cpu: number | null
  readonly runDelay: number | null
  readonly exits: number | null
  readonly userspaceSwitches: number | null
  readonly userspaceWait: number | null
}

export interface WaitFigures {
  readonly name: string
  readonly perSecond: number
  readonly wait: number | null
}
