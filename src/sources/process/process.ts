// Distinguishes a process from a later one with the same pid, and from itself before an exec.

export interface Process {
  readonly pid: number
  /** Nanoseconds since boot; in steps of 10 ms if it comes from /proc/<pid>/stat. */
  readonly startNs: number
  readonly comm: string
}

/** /proc shows times in clock ticks of 10 ms: USER_HZ is 100 on every architecture with KVM. */
export const nsPerTick = 10_000_000

/** The start in whole ticks. In ticks, sources that give nanoseconds agree with /proc/<pid>/stat. */
export const startTick = (startNs: number): number => Math.floor(startNs / nsPerTick)

/** A map key that identifies a process even if its pid is used again. */
export const processKey = (process: { readonly pid: number; readonly startNs: number }): string =>
  `${process.pid}:${startTick(process.startNs)}`
