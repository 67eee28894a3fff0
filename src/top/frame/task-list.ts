// The tasks of a frame, by column, with their rates. A live frame has them from `TaskHistory`, a recorded one from a file.
import type { TaskRows } from '../../model/task-rows.ts'
import type { TaskFigures } from '../../observe/task-history.ts'

export interface TaskList {
  readonly rows: TaskRows
  readonly figures: TaskFigures
  /** The time that the rates cover; NaN in the first frame. */
  readonly seconds: number
  /** Nanoseconds since boot: the clock of `startNs`; NaN if not known. */
  readonly uptimeNs: number
  /** Of the host, bytes and number; NaN if not known. */
  readonly memoryBytes: number
  readonly cpus: number
  /** Names by user ID. */
  readonly users: ReadonlyMap<number, string>
  /** Labels of the VMs, by process ID. */
  readonly vms: ReadonlyMap<number, string>
  /** How many tasks there are; in a recording, more than there are rows. */
  readonly total: number
}

/** A row stands for its thread, or for its whole process. */
export interface TaskRef {
  readonly row: number
  readonly isProcess: boolean
}

export const isMainThread = ({ rows }: TaskList, row: number): boolean => rows.pid[row] === rows.tid[row]

/** vhost workers before Linux 6.4 are kernel threads, named after the process that they work for. */
const vhostName = /^vhost-(\d+)$/

/** The VM that a task works for: its process, or the one that a vhost worker is named after. */
export function vmOf({ rows, vms }: TaskList, row: number): number | undefined {
  const pid = rows.pid[row]!
  if (vms.has(pid)) return pid
  const name = rows.names[row]!
  if (!name.startsWith('vhost-')) return undefined
  const served = Number(vhostName.exec(name)?.[1])
  return vms.has(served) ? served : undefined
}
