// How fast the CPU time of all tasks rose.
import { expect, test } from 'vitest'
import { TaskHistory } from '../../../src/observe/task-history.ts'
import { TaskColumns } from '../../../src/sources/task-columns.ts'

interface Thread {
  readonly pid: number
  readonly tid: number
  readonly cpuNs: number
  readonly runDelayNs?: number
  readonly state?: string
}

/** Gives these threads, and writes into what it is given, as the real sources do. */
const snapshot = (threads: readonly Thread[]) => ({
  tasks: (scope: 'threads' | 'processes', spare?: unknown) => {
    const into = spare instanceof TaskColumns ? spare : new TaskColumns()
    into.clear(scope)
    into.reserve(threads.length)
    for (const [row, { pid, tid, cpuNs, runDelayNs = 0, state = 'S' }] of threads.entries()) {
      into.pid[row] = pid
      into.tid[row] = tid
      into.cpuNs[row] = cpuNs
      into.runDelayNs[row] = runDelayNs
      into.state[row] = state.charCodeAt(0)
      into.names[row] = `t${tid}`
    }
    into.count = threads.length
    return into
  },
})

test('rates by thread and by process, whatever the order of the rows', () => {
  const history = new TaskHistory()
  history.add(
    snapshot([
      { pid: 1, tid: 1, cpuNs: 0 },
      { pid: 1, tid: 2, cpuNs: 5e9, runDelayNs: 1e9 },
    ]),
    'threads',
    Number.NaN,
  )
  expect(history.figures.cpu[0]).toBeNaN()
  history.add(
    snapshot([
      { pid: 1, tid: 2, cpuNs: 6e9, runDelayNs: 1.5e9, state: 'R' },
      { pid: 1, tid: 1, cpuNs: 2e9 },
    ]),
    'threads',
    2,
  )
  const { cpu, runDelay, processCpu, processRunDelay, processCpuNs, processRunning } = history.figures
  expect(Array.from(cpu.subarray(0, 2))).toEqual([0.5, 1])
  expect(Array.from(runDelay.subarray(0, 2))).toEqual([0.25, 0])
  expect(Array.from(processCpu.subarray(0, 2))).toEqual([NaN, 1.5])
  expect(Array.from(processRunDelay.subarray(0, 2))).toEqual([NaN, 0.25])
  expect(Array.from(processCpuNs.subarray(0, 2))).toEqual([NaN, 8e9])
  expect(Array.from(processRunning.subarray(0, 2))).toEqual([0, 1])
})

test('a new thread, and another thread with the ID of an old one, have no rate yet', () => {
  const history = new TaskHistory()
  history.add(snapshot([{ pid: 1, tid: 1, cpuNs: 9e9 }]), 'threads', Number.NaN)
  history.add(
    snapshot([
      { pid: 1, tid: 1, cpuNs: 1e9 },
      { pid: 2, tid: 2, cpuNs: 4e9 },
    ]),
    'threads',
    1,
  )
  expect(Array.from(history.figures.cpu.subarray(0, 2))).toEqual([NaN, NaN])
  history.add(
    snapshot([
      { pid: 1, tid: 1, cpuNs: 2e9 },
      { pid: 2, tid: 2, cpuNs: 4e9 },
    ]),
    'threads',
    1,
  )
  expect(Array.from(history.figures.cpu.subarray(0, 2))).toEqual([1, 0])
})

test('threads are not compared with whole processes', () => {
  const history = new TaskHistory()
  history.add(snapshot([{ pid: 1, tid: 1, cpuNs: 1e9 }]), 'threads', Number.NaN)
  history.add(snapshot([{ pid: 1, tid: 1, cpuNs: 9e9 }]), 'processes', 1)
  expect(history.figures.cpu[0]).toBeNaN()
})

test('a sample that fails leaves the last one as it is', () => {
  const history = new TaskHistory()
  history.add(snapshot([{ pid: 1, tid: 1, cpuNs: 1e9 }]), 'threads', Number.NaN)
  const broken = {
    tasks: () => {
      throw new Error('no /proc')
    },
  }
  expect(() => history.add(broken, 'threads', 1)).toThrow('no /proc')
  history.add(snapshot([{ pid: 1, tid: 1, cpuNs: 3e9 }]), 'threads', 2)
  expect(history.figures.cpu[0]).toBe(1)
})
