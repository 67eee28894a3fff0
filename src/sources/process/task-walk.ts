// All tasks as columns, file by file from /proc, for hosts without /proc/taskinfo. It reads one file for each task; what
// is in other files is read on demand, row by row.
import type { TaskScope } from '../../model/task-rows.ts'
import type { TaskColumns } from '../task-columns.ts'
import type { WholeFile } from '../whole-file.ts'
import { pageBytes } from './page-size.ts'
import { numbersIn, readSchedstat } from './read.ts'
import { parseStat, type Stat } from './stat.ts'
import { StatusLine } from './status.ts'

const uid = new StatusLine('Uid')
const voluntary = new StatusLine('voluntary_ctxt_switches')
const involuntary = new StatusLine('nonvoluntary_ctxt_switches')

let bytesOfPage: number | undefined

/** Tasks that end meanwhile, or that this user may not see, are left out. Throws if `procfs` cannot be listed. */
export function walkTasks(procfs: string, scope: TaskScope, file: WholeFile, into: TaskColumns): void {
  bytesOfPage ??= pageBytes()
  into.clear(scope)
  for (const pid of numbersIn(procfs)) {
    if (scope === 'processes') addTask(`${procfs}/${pid}`, pid, pid, file, into)
    else addThreads(`${procfs}/${pid}/task`, pid, file, into)
  }
  into.trim()
  into.completeRow = (row) => complete(into, row, procfs, file)
}

function addThreads(directory: string, pid: number, file: WholeFile, into: TaskColumns): void {
  let tids: number[]
  try {
    tids = numbersIn(directory)
  } catch {
    return
  }
  for (const tid of tids) addTask(`${directory}/${tid}`, pid, tid, file, into)
}

function addTask(directory: string, pid: number, tid: number, file: WholeFile, into: TaskColumns): void {
  let stat: Stat
  try {
    const path = `${directory}/stat`
    stat = parseStat(file.record(path).toString('utf8'), path)
  } catch {
    return
  }
  const row = into.count
  into.reserve(row + 1)
  into.names[row] = stat.comm
  into.pid[row] = pid
  into.tid[row] = tid
  into.state[row] = stat.state.charCodeAt(0)
  into.policy[row] = stat.policy
  into.nice[row] = stat.nice
  into.priority[row] = stat.priority
  into.rtPriority[row] = stat.rtPriority
  into.cpu[row] = stat.cpu
  into.cpuNs[row] = stat.cpuNs
  into.startNs[row] = stat.startNs
  into.residentBytes[row] = stat.residentPages * bytesOfPage!
  into.sliceNs[row] = Number.NaN
  into.runDelayNs[row] = Number.NaN
  into.uid[row] = Number.NaN
  into.voluntarySwitches[row] = Number.NaN
  into.involuntarySwitches[row] = Number.NaN
  into.count++
}

function complete(into: TaskColumns, row: number, procfs: string, file: WholeFile): void {
  if (!Number.isNaN(into.uid[row]!)) return
  const directory = `${procfs}/${into.pid[row]}/task/${into.tid[row]}`
  try {
    const status = file.record(`${directory}/status`)
    into.uid[row] = uid.number(status) ?? Number.NaN
    into.voluntarySwitches[row] = voluntary.number(status) ?? Number.NaN
    into.involuntarySwitches[row] = involuntary.number(status) ?? Number.NaN
    const { runDelayNs } = readSchedstat(`${directory}/schedstat`, 0, file)
    into.runDelayNs[row] = runDelayNs ?? Number.NaN
  } catch {
    // It has ended. Its row is gone at the next sample.
  }
}
