// The scheduling state of one thread, whichever source it came from.

export interface Task {
  readonly pid: number
  readonly tid: number
  /** SCHED_* number; policy.ts has the names. */
  readonly policy: number
  readonly nice: number
  /** 1 to 99; 0 if the policy has no real-time priority. */
  readonly rtPriority: number
  /** The CPU on which it runs or last ran. */
  readonly cpu: number
  /** CPU time used, nanoseconds. */
  readonly cpuNs: number
  /** Run delay: nanoseconds in which it was runnable but waited for a CPU; undefined if the kernel does not count it. */
  readonly runDelayNs: number | undefined
  readonly voluntarySwitches: number
  readonly involuntarySwitches: number
  /** Start of the thread, nanoseconds since boot. */
  readonly startNs: number
}
