// Hand-made frames of the monitor.

import { TaskHistory } from '../../src/observe/task-history.ts'
import { TaskColumns } from '../../src/sources/task-columns.ts'
import type { Frame, HostFigures, VmFigures } from '../../src/top/frame/frame.ts'
import type { TaskList } from '../../src/top/frame/task-list.ts'
import { type State, startState } from '../../src/top/state.ts'

const cpu = { id: 'cpu', isDescending: true }

/** What `kvminfo top` begins with. */
export const freshState: State = startState({
  list: 'vms',
  sort: { vms: cpu, tasks: cpu },
  hasThreads: false,
  isTree: false,
  filter: '',
  intervalSeconds: 1,
})

export interface FrameTask {
  readonly pid: number
  readonly tid: number
  readonly name?: string
  /** Seconds per second in the last interval of one second. */
  readonly cpu?: number
  readonly residentBytes?: number
  readonly uid?: number
  readonly policy?: number
  readonly state?: string
}

/** Threads that have run for the last second of ten. */
export function taskList(
  tasks: readonly FrameTask[],
  vms: ReadonlyMap<number, string> = new Map(),
): TaskList {
  const history = new TaskHistory()
  for (const [seconds, elapsed] of [
    [9, Number.NaN],
    [10, 1],
  ] as const)
    history.add({ tasks: (_scope, spare) => columns(tasks, seconds, spare) }, 'threads', elapsed)
  return {
    rows: history.rows!,
    figures: history.figures,
    seconds: 1,
    uptimeNs: 100e9,
    memoryBytes: 1000 * 1024 * 1024,
    cpus: 4,
    users: new Map([[0, 'root']]),
    vms,
    total: tasks.length,
  }
}

function columns(tasks: readonly FrameTask[], seconds: number, spare: unknown): TaskColumns {
  const into = spare instanceof TaskColumns ? spare : new TaskColumns()
  into.clear('threads')
  into.reserve(tasks.length)
  for (const [row, task] of tasks.entries()) {
    into.pid[row] = task.pid
    into.tid[row] = task.tid
    into.names[row] = task.name ?? `task-${task.tid}`
    into.cpuNs[row] = (task.cpu ?? 0) * seconds * 1e9
    into.state[row] = (task.state ?? 'S').charCodeAt(0)
    into.policy[row] = task.policy ?? 0
    into.priority[row] = 120
    into.startNs[row] = 90e9
    into.residentBytes[row] = task.residentBytes ?? 0
    into.uid[row] = task.uid ?? 0
    into.sliceNs[row] = Number.NaN
  }
  into.count = tasks.length
  into.trim()
  return into
}

export function vmFigures(label: string, pid: number, more: Partial<VmFigures> = {}): VmFigures {
  return {
    label,
    pid,
    state: 'running',
    class: null,
    ratio: null,
    ioShare: null,
    kernelSwitches: null,
    userspaceSwitches: null,
    io: null,
    exceptions: null,
    userspaceWait: null,
    device: null,
    deviceWait: null,
    devicePerSecond: null,
    vcpus: 1,
    cpu: null,
    runDelay: null,
    policy: 'other',
    rtPriority: null,
    nice: 0,
    residentBytes: null,
    hugetlbBytes: null,
    memoryMaxBytes: null,
    ...more,
  }
}

const host: HostFigures = {
  name: 'kvm1',
  kernel: null,
  bootTime: 1_699_999_900,
  hz: 250,
  cpus: 4,
  busy: 0.5,
  busyAverage: 0.25,
  busyPeak: 0.75,
  busyByTasks: 0.5,
  perCpu: [0, 1, 2, 3].map((cpu) => ({ cpu, busy: cpu / 4 })),
  memory: {
    total: 8 * 1024 ** 3,
    free: 1024 ** 3,
    available: 4 * 1024 ** 3,
    buffers: 0,
    cached: 1024 ** 3,
    hugePagesTotal: 0,
    hugePagesFree: 0,
    hugePageSize: 2 * 1024 ** 2,
  },
  tasks: 2,
  running: 1,
  blocked: 0,
  self: { cpu: 0.01, residentBytes: 80 * 1024 ** 2 },
}

export function frameOf(
  vms: readonly VmFigures[],
  tasks: readonly FrameTask[] = [],
  more: Partial<Frame> = {},
): Frame {
  return {
    at: 1_700_000_000,
    seconds: 1,
    number: 2,
    host,
    sources: [{ fact: 'exits', source: 'module', reason: null }],
    missing: {},
    vms,
    tasks: taskList(tasks, new Map(vms.map(({ pid, label }) => [pid, label]))),
    detail: (pid) =>
      vms.some((vm) => vm.pid === pid)
        ? {
            threads: [],
            mixSeconds: 30,
            reasons: [{ name: 'hlt', perSecond: 12, wait: null }],
            userspaceReasons: null,
            devices: [{ name: 'ide0', perSecond: 3, wait: 0.5 }],
            hardware: ['disk ide0-0-0 hda ide raw'],
          }
        : undefined,
    ...more,
  }
}
