// The columns of the list of tasks: those of the thesis's getProcessInfo, in its order, with ours before the name.
import { policyName } from '../../model/policy.ts'
import { type TaskList, type TaskRef, vmOf } from '../frame/task-list.ts'
import { type Column, numberColumn, textColumn } from './column.ts'
import { finePercent, milliseconds, percent, size, unknown, whole } from './figures.ts'

/** A row of the table, with the list that it belongs to. */
export interface TaskRow extends TaskRef {
  readonly list: TaskList
}

const cpuOf = ({ list, row, isProcess }: TaskRow): number =>
  isProcess ? list.figures.processCpu[row]! : list.figures.cpu[row]!

const cpuNsOf = ({ list, row, isProcess }: TaskRow): number =>
  isProcess ? list.figures.processCpuNs[row]! : list.rows.cpuNs[row]!

/** CPU time since its start by the time since then. */
const cpuSinceStart = (task: TaskRow): number =>
  cpuNsOf(task) / (task.list.uptimeNs - task.list.rows.startNs[task.row]!)

function runDelayOf(task: TaskRow): number {
  const { list, row, isProcess } = task
  const delay = isProcess ? list.figures.processRunDelay[row]! : list.figures.runDelay[row]!
  return delay === 0 ? 0 : delay / (delay + cpuOf(task))
}

const stateOf = ({ list, row, isProcess }: TaskRow): string =>
  isProcess && list.figures.processRunning[row] === 1 ? 'R' : String.fromCharCode(list.rows.state[row]!)

export const taskColumns: readonly Column<TaskRow>[] = [
  numberColumn({
    id: 'pid',
    title: 'PID',
    hint: 'process ID',
    width: 7,
    isFixed: true,
    value: ({ list, row }) => list.rows.pid[row]!,
    format: whole,
  }),
  numberColumn({
    id: 'tid',
    title: 'TID',
    hint: 'thread ID; that of the main thread is the process ID',
    width: 7,
    isFixed: true,
    value: ({ list, row }) => list.rows.tid[row]!,
    format: whole,
  }),
  textColumn({
    id: 'user',
    title: 'USER',
    hint: 'real user',
    width: 8,
    value: ({ list, row }) => {
      const uid = list.rows.uid[row]!
      return Number.isNaN(uid) ? null : (list.users.get(uid) ?? String(uid))
    },
  }),
  textColumn({
    id: 'state',
    title: 'S',
    hint: 'state: R running or ready, S sleeping, D blocked, I idle, T stopped, Z zombie. R of a process: any of its threads',
    width: 1,
    value: stateOf,
    style: (task) => (({ R: 'good', D: 'bad', Z: 'bad' }) as const)[stateOf(task)],
  }),
  numberColumn({
    id: 'priority',
    title: 'PRI',
    hint: 'priority of the kernel: 100 to 139 fair (120 is nice 0), 0 to 99 real time (0 is the highest), -1 deadline',
    width: 3,
    value: ({ list, row }) => list.rows.priority[row]!,
    format: whole,
  }),
  numberColumn({
    id: 'nice',
    title: 'NI',
    hint: 'nice value, -20 to 19',
    width: 3,
    value: ({ list, row }) => list.rows.nice[row]!,
    format: whole,
  }),
  textColumn({
    id: 'policy',
    title: 'POLICY',
    hint: 'scheduling policy',
    width: 8,
    value: ({ list, row }) => policyName(list.rows.policy[row]!),
    style: ({ list, row }) => (list.rows.rtPriority[row]! > 0 ? 'accent' : undefined),
  }),
  numberColumn({
    id: 'rt',
    title: 'RT',
    hint: 'real-time priority, 1 to 99; 0 if the policy has none',
    width: 2,
    value: ({ list, row }) => list.rows.rtPriority[row]!,
    format: whole,
  }),
  numberColumn({
    id: 'last-cpu',
    title: 'ON',
    hint: 'the CPU on which it runs or last ran',
    width: 3,
    value: ({ list, row }) => list.rows.cpu[row]!,
    format: whole,
  }),
  numberColumn({
    id: 'time',
    title: 'TIME',
    hint: 'CPU time in this interval',
    width: 8,
    value: (task) => cpuOf(task) * task.list.seconds,
    format: milliseconds,
  }),
  numberColumn({
    id: 'cpu',
    title: 'CPU%',
    hint: 'CPU time in this interval; 100 is one CPU',
    width: 5,
    value: cpuOf,
    format: percent,
  }),
  numberColumn({
    id: 'memory',
    title: 'MEM',
    hint: 'resident memory of its process',
    width: 5,
    value: ({ list, row }) => list.rows.residentBytes[row]!,
    format: size,
  }),
  numberColumn({
    id: 'memory-share',
    title: 'MEM%',
    hint: "the same as a share of the host's memory",
    width: 5,
    value: ({ list, row }) => list.rows.residentBytes[row]! / list.memoryBytes,
    format: percent,
  }),
  numberColumn({
    id: 'total-cpu',
    title: 'TCPU%',
    hint: 'CPU time since its start; 100 is one CPU all the time',
    width: 8,
    value: cpuSinceStart,
    format: finePercent,
  }),
  numberColumn({
    id: 'total-cpu-share',
    title: 'TCPU%/N',
    hint: 'the same as a share of all CPUs',
    width: 8,
    value: (task) => cpuSinceStart(task) / task.list.cpus,
    format: finePercent,
  }),
  numberColumn({
    id: 'voluntary',
    title: 'NVCS',
    hint: 'voluntary context switches, of this thread',
    width: 9,
    value: ({ list, row }) => list.rows.voluntarySwitches[row]!,
    format: whole,
  }),
  numberColumn({
    id: 'involuntary',
    title: 'NIVCS',
    hint: 'involuntary context switches, of this thread',
    width: 8,
    value: ({ list, row }) => list.rows.involuntarySwitches[row]!,
    format: whole,
  }),
  numberColumn({
    id: 'slice',
    title: 'SLICE',
    hint: 'time slice; only with the module taskinfo, and not for every policy and kernel',
    width: 7,
    value: ({ list, row }) => list.rows.sliceNs[row]! / 1e9,
    format: (seconds) => (Number.isNaN(seconds) ? unknown : `${(seconds! * 1000).toFixed(1)} ms`),
  }),
  numberColumn({
    id: 'delay',
    title: 'DELAY%',
    hint: 'run delay: the share of the time that it was ready to run in which it waited for a CPU; only with the module taskinfo',
    width: 6,
    value: runDelayOf,
    format: percent,
  }),
  textColumn({
    id: 'vm',
    title: 'VM',
    hint: 'the VM that it belongs to, or works for (vhost)',
    width: 12,
    value: ({ list, row }) => {
      const pid = vmOf(list, row)
      return pid === undefined ? null : list.vms.get(pid)!
    },
  }),
  textColumn({
    id: 'name',
    title: 'NAME',
    hint: 'name of the process or thread',
    width: 15,
    isLast: true,
    value: ({ list, row }) => list.rows.names[row]!,
  }),
]

/** Columns whose values cost a file for each task without the module. */
const costly = new Set(['user', 'voluntary', 'involuntary'])
export const isCostly = (id: string): boolean => costly.has(id)
