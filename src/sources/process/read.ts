// Reads processes and threads from /proc. No file that is read here waits for a lock that a stuck VM may hold.
import { readdirSync, readFileSync } from 'node:fs'
import { KvminfoError } from '../../errors.ts'
import type { Task } from '../../model/task.ts'
import type { VmMemory } from '../../model/vm-memory.ts'
import { decimalBetween } from '../decimal.ts'
import { processError, sourceError } from '../source-error.ts'
import type { WholeFile } from '../whole-file.ts'
import type { Process } from './process.ts'
import { parseStat } from './stat.ts'
import { StatusLine } from './status.ts'

const resident = new StatusLine('VmRSS')
const realUid = new StatusLine('Uid')
const hugetlb = new StatusLine('HugetlbPages')
const voluntary = new StatusLine('voluntary_ctxt_switches')
const involuntary = new StatusLine('nonvoluntary_ctxt_switches')

/** Every process that this user may see, by pid. */
export function readProcesses(procfs: string, file: WholeFile): Map<number, Process> {
  const processes = new Map<number, Process>()
  for (const pid of numbersIn(procfs)) {
    try {
      const path = `${procfs}/${pid}/stat`
      const { startNs, comm } = parseStat(file.record(path).toString('utf8'), path)
      processes.set(pid, { pid, startNs, comm })
    } catch {
      // The process has ended since the directory was listed, or this user may not read it. Skip it.
    }
  }
  return processes
}

/** The threads of a process; empty if it has ended. */
export function readThreadIds(procfs: string, pid: number): ReadonlySet<number> {
  try {
    return new Set(numbersIn(`${procfs}/${pid}/task`))
  } catch {
    return new Set()
  }
}

/**
 * The process or thread of the stat file at `path`; undefined if it has ended. `pid` is what it is called in the result.
 * Throws Node's own error or SOURCE_MALFORMED.
 */
export function readProcess(path: string, pid: number, file: WholeFile): Process | undefined {
  try {
    const { startNs, comm } = parseStat(file.text(path), path)
    return { pid, startNs, comm }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['ENOENT', 'ESRCH', 'ENOTDIR'].includes(code)) return undefined
    throw error
  }
}

/** Names of a process's threads, by tid. */
export function readThreadNames(procfs: string, pid: number, file: WholeFile): Map<number, string> {
  const names = new Map<number, string>()
  const directory = `${procfs}/${pid}/task`
  try {
    for (const tid of numbersIn(directory)) {
      names.set(tid, file.record(`${directory}/${tid}/comm`).toString('utf8').replace(/\n$/, ''))
    }
  } catch (cause) {
    throw processError(cause, pid, directory)
  }
  return names
}

export function readTask(procfs: string, pid: number, tid: number, file: WholeFile): Task {
  const directory = `${procfs}/${pid}/task/${tid}`
  try {
    const stat = parseStat(file.record(`${directory}/stat`).toString('latin1'), `${directory}/stat`)
    const { cpuNs, runDelayNs } = readSchedstat(`${directory}/schedstat`, stat.cpuNs, file)
    const statusPath = `${directory}/status`
    const status = file.record(statusPath)
    return {
      pid,
      tid,
      policy: stat.policy,
      nice: stat.nice,
      rtPriority: stat.rtPriority,
      cpu: stat.cpu,
      cpuNs,
      runDelayNs,
      voluntarySwitches: voluntary.required(status, statusPath),
      involuntarySwitches: involuntary.required(status, statusPath),
      startNs: stat.startNs,
    }
  } catch (cause) {
    throw processError(cause, pid, directory)
  }
}

/** `<time on CPU> <time waiting> <slices>`, times in nanoseconds. Kernels without CONFIG_SCHED_INFO lack the file. */
export function readSchedstat(
  path: string,
  tickCpuNs: number,
  file: WholeFile,
): { cpuNs: number; runDelayNs: number | undefined } {
  let text: string
  try {
    text = file.record(path).toString('latin1')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { cpuNs: tickCpuNs, runDelayNs: undefined }
    throw cause
  }
  const first = text.indexOf(' ')
  const second = text.indexOf(' ', first + 1)
  return {
    cpuNs: decimalBetween(text, 0, first) ?? tickCpuNs,
    runDelayNs: decimalBetween(text, first + 1, second),
  }
}

export function readVmMemory(procfs: string, pid: number, file: WholeFile): VmMemory {
  const path = `${procfs}/${pid}/status`
  try {
    const status = file.record(path)
    const residentKib = resident.number(status)
    if (residentKib === undefined) {
      throw new KvminfoError('VM_VANISHED', `process ${pid} has released its memory because it is ending`)
    }
    return {
      pid,
      residentBytes: residentKib * 1024,
      // Kernels without hugetlbfs lack this line.
      hugetlbBytes: (hugetlb.number(status) ?? 0) * 1024,
    }
  } catch (cause) {
    throw processError(cause, pid, path)
  }
}

/** The uid of the user that runs a process, as numbered in this program's user namespace. */
export function readUid(procfs: string, pid: number): number {
  const path = `${procfs}/${pid}/status`
  try {
    return realUid.required(readFileSync(path), path)
  } catch (cause) {
    throw processError(cause, pid, path)
  }
}

/** The entries of a directory that are numbers: the processes of procfs, or the threads of a process. */
export function numbersIn(directory: string): number[] {
  try {
    return readdirSync(directory)
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch (cause) {
    throw sourceError(cause, directory)
  }
}
