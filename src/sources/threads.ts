// The scheduling data of threads: from /proc/taskinfo in one read, or thread by thread from /proc/<pid>/task.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { KvminfoError } from '../errors.ts'
import type { Part, Problem } from '../model/host-snapshot.ts'
import type { Task } from '../model/task.ts'
import type { TaskScope } from '../model/task-rows.ts'
import type { Vm } from '../model/vm.ts'
import { attempt } from './attempt.ts'
import type { Process } from './process/process.ts'
import { readProcesses, readTask, readThreadNames } from './process/read.ts'
import { walkTasks } from './process/task-walk.ts'
import type { TaskColumns } from './task-columns.ts'
import type { TaskTable } from './taskinfo/task-table.ts'
import type { WholeFile } from './whole-file.ts'

export class Threads {
  readonly #procfs: string
  readonly #file: WholeFile
  /** undefined if /proc/taskinfo cannot be read. */
  readonly #table: TaskTable | undefined

  constructor(procfs: string, file: WholeFile, table: TaskTable | undefined) {
    this.#procfs = procfs
    this.#file = file
    this.#table = table
  }

  processes(): Map<number, Process> {
    return this.#table?.processes() ?? readProcesses(this.#procfs, this.#file)
  }

  /** Names of the threads of `pid` by tid; empty if the process has ended. */
  names(pid: number): ReadonlyMap<number, string> {
    if (this.#table !== undefined) return this.#table.threadNames(pid)
    return attempt(() => readThreadNames(this.#procfs, pid, this.#file)).value ?? new Map()
  }

  exists(pid: number, tid: number): boolean {
    return existsSync(join(this.#procfs, String(pid), 'task', String(tid)))
  }

  /** All tasks. /proc/taskinfo has every thread, whatever the scope. */
  fill(into: TaskColumns, scope: TaskScope): void {
    if (this.#table !== undefined) this.#table.columns(into)
    else walkTasks(this.#procfs, scope, this.#file, into)
  }

  /** The vCPU threads of `vms`, by tid. */
  vcpuTasks(vms: readonly Vm[]): Part<ReadonlyMap<number, Task>> {
    return this.#table === undefined ? this.#readEach(vms) : lookUp(this.#table, vms)
  }

  #readEach(vms: readonly Vm[]): Part<ReadonlyMap<number, Task>> {
    const value = new Map<number, Task>()
    const problems: Problem[] = []
    for (const { pid, vcpus } of vms) {
      for (const { tid } of vcpus) {
        const { value: task, error } = attempt(() => readTask(this.#procfs, pid, tid, this.#file))
        if (error === undefined) value.set(tid, task)
        else problems.push({ subject: `${this.#procfs}/${pid}/task/${tid}`, error })
      }
    }
    return { value, problems }
  }
}

function lookUp(table: TaskTable, vms: readonly Vm[]): Part<ReadonlyMap<number, Task>> {
  const value = table.tasks(new Map(vms.map(({ pid, vcpus }) => [pid, vcpus])))
  const problems: Problem[] = [...table.problems]
  const wanted = vms.reduce((sum, { vcpus }) => sum + vcpus.length, 0)
  if (value.size === wanted) return { value, problems }
  for (const { pid, vcpus } of vms) {
    for (const { tid } of vcpus) {
      if (!value.has(tid)) problems.push({ subject: table.subject, error: ended(pid, tid, table.subject) })
    }
  }
  return { value, problems }
}

const ended = (pid: number, tid: number, subject: string) =>
  new KvminfoError('VM_VANISHED', `thread ${tid} of process ${pid} is not in ${subject}: it has ended`)
