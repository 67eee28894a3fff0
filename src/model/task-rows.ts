// All tasks of one moment, by column: row `i` of every column is one task. Objects for ten thousand threads at every
// sample would cost more than reading them.

/** Numbers of one task. */
export const taskFields = [
  'pid',
  'tid',
  /** ASCII code of the letter in /proc/<pid>/stat: R S D T t X Z P I. */
  'state',
  /** SCHED_* number; policy.ts has the names. */
  'policy',
  'nice',
  /** As the kernel has it: -1 deadline, 0 to 99 real time (0 is the highest), 100 to 139 fair. */
  'priority',
  /** 1 to 99; 0 if the policy has no real-time priority. */
  'rtPriority',
  /** The CPU on which it runs or last ran. */
  'cpu',
  /** CPU time used, nanoseconds. */
  'cpuNs',
  /** Nanoseconds in which it was runnable but waited for a CPU. */
  'runDelayNs',
  'voluntarySwitches',
  'involuntarySwitches',
  'sliceNs',
  /** Nanoseconds since boot. */
  'startNs',
  /** Resident memory of its process, bytes. */
  'residentBytes',
  /** Real user ID. */
  'uid',
] as const

type TaskField = (typeof taskFields)[number]

/** `threads`: every thread is a row. `processes`: every process is a row, with the CPU time of all its threads. */
export type TaskScope = 'threads' | 'processes'

/** NaN: not known, or not known before `complete`. The columns are longer than `count`. */
export interface TaskRows extends Readonly<Record<TaskField, Float64Array>> {
  readonly scope: TaskScope
  readonly count: number
  readonly names: readonly string[]
  /** The timer frequency of the kernel (HZ); undefined if the source does not tell. */
  readonly hz: number | undefined
  /** Reads what costs a file for every task: user ID, context switches, run delay. Does nothing if it is known. */
  complete(row: number): void
}

/** A snapshot that can also list all tasks of the host. */
export interface TaskSnapshot {
  /**
   * Where threads are cheap to list, they are the rows whatever the scope. `spare` is what an earlier call returned and
   * nobody needs any more: its memory is used again.
   */
  tasks(scope: TaskScope, spare?: TaskRows): TaskRows
}
