// What tells one process from another that later has its pid, and from itself before an exec.

export interface Process {
  readonly pid: number
  /** Nanoseconds since boot; in steps of 10 ms where it comes from /proc/<pid>/stat. */
  readonly startNs: number
  readonly comm: string
}

/** /proc shows times in clock ticks of 10 ms: USER_HZ is 100 on every architecture with KVM. */
export const nsPerTick = 10_000_000

/** Start in whole ticks, in which the sources that give nanoseconds agree with /proc/<pid>/stat. */
export const startTick = (startNs: number): number => Math.floor(startNs / nsPerTick)

/** One text per life of a process, for map keys. */
export const processKey = (process: { readonly pid: number; readonly startNs: number }): string =>
  `${process.pid}:${startTick(process.startNs)}`
