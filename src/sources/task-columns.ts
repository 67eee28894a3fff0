// The columns of `TaskRows`, which grow with the number of tasks and are used again for later samples.
import { type TaskRows, type TaskScope, taskFields } from '../model/task-rows.ts'

export class TaskColumns implements TaskRows {
  scope: TaskScope = 'threads'
  count = 0
  hz: number | undefined
  readonly names: string[] = []
  /** What `complete` does; replaced by the source that fills the columns. */
  completeRow: (row: number) => void = () => {}

  pid = new Float64Array(0)
  tid = new Float64Array(0)
  state = new Float64Array(0)
  policy = new Float64Array(0)
  nice = new Float64Array(0)
  priority = new Float64Array(0)
  rtPriority = new Float64Array(0)
  cpu = new Float64Array(0)
  cpuNs = new Float64Array(0)
  runDelayNs = new Float64Array(0)
  voluntarySwitches = new Float64Array(0)
  involuntarySwitches = new Float64Array(0)
  sliceNs = new Float64Array(0)
  startNs = new Float64Array(0)
  residentBytes = new Float64Array(0)
  uid = new Float64Array(0)

  complete(row: number): void {
    this.completeRow(row)
  }

  /** Empties the columns for a new sample. */
  clear(scope: TaskScope): void {
    this.scope = scope
    this.count = 0
    this.hz = undefined
    this.completeRow = () => {}
  }

  /** Makes room for `rows` rows and keeps what is there. */
  reserve(rows: number): void {
    if (rows <= this.pid.length) return
    const length = Math.max(1024, rows, this.pid.length * 2)
    for (const field of taskFields) {
      const longer = new Float64Array(length)
      longer.set(this[field])
      this[field] = longer
    }
  }

  /** Removes the names beyond the last row, so that they do not stay in memory. */
  trim(): void {
    this.names.length = this.count
  }
}
