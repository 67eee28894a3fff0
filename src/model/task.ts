// The scheduling state of one thread, whichever interface told it.

export interface Task {
  readonly pid: number
  readonly tid: number
  /** SCHED_* number: 0 other, 1 fifo, 2 rr, 3 batch, 5 idle, 6 deadline. */
  readonly policy: number
  readonly nice: number
  /** 1 to 99, 0 for the fair class. */
  readonly rtPriority: number
  /** The CPU it runs or last ran on. */
  readonly cpu: number
  /** CPU time used, nanoseconds. */
  readonly cpuNs: number
  /** Time runnable but waiting for a CPU, nanoseconds; undefined where the kernel does not count it. */
  readonly runDelayNs: number | undefined
  readonly voluntarySwitches: number
  readonly involuntarySwitches: number
  /** Start of the thread, nanoseconds since boot. */
  readonly startNs: number
}
