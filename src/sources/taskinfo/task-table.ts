// The rows of /proc/taskinfo (kmod/include/abi.h), parsed straight from its bytes. A large host has 12,000 rows, but the
// program needs only the processes and the vCPU threads, so only those become objects.
import { KvminfoError } from '../../errors.ts'
import type { Problem } from '../../model/host-snapshot.ts'
import type { Task } from '../../model/task.ts'
import type { Process } from '../process/process.ts'
import type { TaskColumns } from '../task-columns.ts'
import { fillColumns } from './columns.ts'
import { commAt } from './comm.ts'
import { type Columns, readHeader } from './header.ts'
import { RowIndex } from './row-index.ts'

const newline = 10
const blank = 32
const minus = 45
const zero = 48

export class TaskTable {
  /** The path of the file, for messages. */
  readonly subject: string
  readonly problems: Problem[] = []
  readonly #bytes: Buffer
  readonly #columns: Columns
  readonly #rows: RowIndex
  readonly #hz: number | undefined
  /** The offset of each field of the current row, and one past the row's end. */
  readonly #fields: number[]

  /** Keeps `bytes` and `rows`, which must not change while the table is in use. */
  constructor(bytes: Buffer, subject: string, rows: RowIndex = new RowIndex()) {
    this.#bytes = bytes
    this.#rows = rows
    this.subject = subject
    const { columns, bodyStart, hz } = readHeader(bytes, subject)
    this.#hz = hz
    this.#columns = columns
    this.#fields = new Array<number>(columns.count + 1).fill(0)
    this.#index(bodyStart)
  }

  /** Every process, by pid. */
  processes(): Map<number, Process> {
    const processes = new Map<number, Process>()
    for (let row = 0; row < this.#rows.count; row++) {
      const pid = this.#rows.tgids[row]!
      if (pid !== this.#rows.tids[row]) continue
      const startNs = this.#select(row) ? this.#number(this.#columns.start_ns) : Number.NaN
      if (Number.isNaN(startNs)) this.#malformed(row)
      else processes.set(pid, { pid, startNs, comm: this.#comm() })
    }
    return processes
  }

  /** Names of the threads of a process, by tid. */
  threadNames(pid: number): Map<number, string> {
    const names = new Map<number, string>()
    for (let row = 0; row < this.#rows.count; row++) {
      if (this.#rows.tgids[row] === pid && this.#select(row)) names.set(this.#rows.tids[row]!, this.#comm())
    }
    return names
  }

  /** The threads that `wanted` lists for each pid. The result is by tid. */
  tasks(wanted: ReadonlyMap<number, readonly { readonly tid: number }[]>): Map<number, Task> {
    const tasks = new Map<number, Task>()
    let process: number | undefined
    let threads: readonly { readonly tid: number }[] | undefined
    let next = 0
    for (let row = 0; row < this.#rows.count; row++) {
      const pid = this.#rows.tgids[row]!
      const tid = this.#rows.tids[row]!
      if (pid !== process) {
        process = pid
        threads = wanted.get(pid)
        next = 0
      }
      if (threads === undefined) continue
      // Mostly in the same order, so there is seldom a need to search.
      if (threads[next]?.tid === tid) next++
      else if (!threads.some((thread) => thread.tid === tid)) continue
      const task = this.#select(row) ? this.#task(pid, tid) : undefined
      if (task === undefined) this.#malformed(row)
      else tasks.set(tid, task)
    }
    return tasks
  }

  /** Every thread, as columns. */
  columns(into: TaskColumns): void {
    into.clear('threads')
    into.hz = this.#hz
    fillColumns(this.#bytes, this.#columns, this.#rows, into)
  }

  #index(bodyStart: number): void {
    const bytes = this.#bytes
    this.#rows.clear()
    const { tgid, tid } = this.#columns
    for (let start = bodyStart; start < bytes.length; ) {
      // Rows are short, so a loop finds their end faster than a call of indexOf.
      let end = start
      while (end < bytes.length && bytes[end] !== newline) end++
      if (end === bytes.length) {
        this.#report(`the last row is incomplete: ${this.#excerpt(start, end)}; the row is ignored`)
        return
      }
      // The two keys are the first columns today, which makes finding them cheap.
      const tgidValue = this.#numberAt(this.#fieldStart(start, end, tgid), end)
      const tidValue = this.#numberAt(this.#fieldStart(start, end, tid), end)
      if (Number.isNaN(tgidValue) || Number.isNaN(tidValue)) {
        this.#report(`cannot parse the row ${this.#excerpt(start, end)}; the row is ignored`)
      } else {
        this.#rows.add(start, tgidValue, tidValue)
      }
      start = end + 1
    }
  }

  #fieldStart(start: number, end: number, column: number): number {
    let at = start
    for (let skipped = 0; skipped < column && at < end; at++) if (this.#bytes[at] === blank) skipped++
    return at
  }

  /** Finds the fields of a row; false if their number differs from the number of titles. */
  #select(row: number): boolean {
    const bytes = this.#bytes
    const fields = this.#fields
    const count = this.#columns.count
    let at = this.#rows.starts[row]!
    fields[0] = at
    for (let field = 1; ; at++) {
      const byte = bytes[at]
      if (byte === blank) {
        if (field === count) return false
        fields[field++] = at + 1
      } else if (byte === newline) {
        fields[count] = at + 1
        return field === count
      }
    }
  }

  #task(pid: number, tid: number): Task | undefined {
    const column = this.#columns
    const task: Task = {
      pid,
      tid,
      policy: this.#number(column.policy),
      nice: this.#number(column.nice),
      rtPriority: this.#number(column.rt_prio),
      cpu: this.#number(column.cpu),
      cpuNs: this.#number(column.exec_ns),
      runDelayNs: this.#optionalNumber(column.run_delay_ns),
      voluntarySwitches: this.#number(column.nvcsw),
      involuntarySwitches: this.#number(column.nivcsw),
      startNs: this.#number(column.start_ns),
    }
    const sum =
      task.policy +
      task.nice +
      task.rtPriority +
      task.cpu +
      task.cpuNs +
      (task.runDelayNs ?? 0) +
      task.voluntarySwitches +
      task.involuntarySwitches +
      task.startNs
    return Number.isNaN(sum) ? undefined : task
  }

  #comm(): string {
    const column = this.#columns.comm
    return commAt(this.#bytes, this.#fields[column]!, this.#fields[column + 1]! - 1)
  }

  #number(column: number): number {
    return this.#numberAt(this.#fields[column]!, this.#fields[column + 1]! - 1)
  }

  /** undefined for `-`: not available on this kernel. */
  #optionalNumber(column: number): number | undefined {
    const start = this.#fields[column]!
    const absent = this.#bytes[start] === minus && this.#fields[column + 1]! - 1 === start + 1
    return absent ? undefined : this.#number(column)
  }

  /** The decimal number at `start`, up to the next blank or `limit`; NaN if there is none. */
  #numberAt(start: number, limit: number): number {
    const bytes = this.#bytes
    const negative = bytes[start] === minus
    let at = negative ? start + 1 : start
    const first = at
    let value = 0
    for (; at < limit; at++) {
      const byte = bytes[at]!
      if (byte === blank) break
      const digit = byte - zero
      if (digit < 0 || digit > 9) return Number.NaN
      value = value * 10 + digit
    }
    if (at === first) return Number.NaN
    return negative ? -value : value
  }

  #malformed(row: number): void {
    const start = this.#rows.starts[row]!
    const end = this.#bytes.indexOf(newline, start)
    this.#report(`cannot parse the row ${this.#excerpt(start, end)}; the row is ignored`)
  }

  #report(what: string): void {
    this.problems.push({
      subject: this.subject,
      error: new KvminfoError('SOURCE_MALFORMED', `${this.subject}: ${what}`),
    })
  }

  /** Enough of a row to recognize it, quoted so that it cannot break the log's format. */
  #excerpt(start: number, end: number): string {
    return JSON.stringify(this.#bytes.toString('latin1', start, Math.min(end, start + 80)))
  }
}
