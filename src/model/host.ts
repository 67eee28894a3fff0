// What a host tells of itself: memory, huge pages, KSM, pressure, CPU time.

/** `/proc/meminfo`: bytes by the kernel's own field name. */
export type MemoryInfo = ReadonlyMap<string, number>

export interface HugePagePool {
  /** Page size, bytes. */
  readonly pageBytes: number
  /** NUMA node. */
  readonly node: number
  /** Pages in the pool, free ones, and ones beyond the pool's persistent size. */
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

/** What hardly changes while a host is up. Gathered at start and on a slow timer, never in a scrape. */
export interface HostFacts {
  /** `uname -r`. */
  readonly kernelRelease: string
  /** Such as `Debian GNU/Linux 12`. */
  readonly distribution: string
  readonly cpuModel: string
  /** Logical CPUs. */
  readonly cpus: number
  readonly sockets: number
  /** The CPU's virtualisation extension: `svm`, `vmx`; undefined where it shows none. */
  readonly virtualization: string | undefined
}
