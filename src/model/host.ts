// Data about the host itself: memory, huge pages, KSM, pressure, CPU time.

/** `/proc/meminfo`: bytes by the kernel's field name; page counts stay counts. */
export type MemoryInfo = ReadonlyMap<string, number>

export interface HugePagePool {
  /** Page size, bytes. */
  readonly pageBytes: number
  /** NUMA node. */
  readonly node: number
  /** Pages in the pool; of these, the free ones, and the ones beyond the pool's persistent size. */
  readonly total: number
  readonly free: number
  readonly surplus: number
}

/** `/sys/kernel/mm/ksm/*`: numbers by file name. */
export type KsmState = ReadonlyMap<string, number>

export interface Pressure {
  readonly resource: 'cpu' | 'memory' | 'io'
  /** `some`: at least one task stalled; `full`: all of them. Microseconds since boot. */
  readonly someUs: number
  readonly fullUs: number | undefined
}

export interface CpuTime {
  readonly cpu: number
  /** Seconds by mode: user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice. */
  readonly seconds: ReadonlyMap<string, number>
}

/** Facts that hardly change while a host is up. Read at start and on a slow timer, never during a scrape. */
export interface HostFacts {
  /** `uname -r`. */
  readonly kernelRelease: string
  /** For example `Debian GNU/Linux 12`. */
  readonly distribution: string
  readonly cpuModel: string
  /** Logical CPUs. */
  readonly cpus: number
  readonly sockets: number
  /** The CPU's virtualization extension: `svm` or `vmx`; undefined if its flags show neither. */
  readonly virtualization: string | undefined
}
