import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { VmExits } from '../../../../src/model/exits.ts'
import type { SourceName, SourceState } from '../../../../src/model/sources.ts'
import type { Task } from '../../../../src/model/task.ts'
import type { Vm } from '../../../../src/model/vm.ts'
import type { Sample } from '../../../../src/observe/sample.ts'
import {
  leastCpuDemand,
  measureWindow,
  type Window,
  type WindowExtras,
  whyNotComparable,
} from '../../../../src/remediate/verify/window.ts'
import { judgedWindow } from '../../../helpers/remediate/judged-runs.ts'
import { sample } from '../../../helpers/sample.ts'

const uuid = '11111111-2222-3333-4444-555555555555'
const identity = { uuid, pid: 100, startTick: 500 }
const mebibyte = 1024 * 1024

const vm = (more: Partial<Vm> = {}): Vm => ({
  label: 'web',
  pid: 100,
  startNs: 5_000_000_000,
  uuid,
  machine: undefined,
  state: 'running',
  owner: undefined,
  identitySource: 'libvirt',
  vcpus: [
    { id: 0, tid: 101 },
    { id: 1, tid: 102 },
  ],
  disks: [],
  nics: [],
  memoryMaxBytes: undefined,
  hostDevices: [],
  balloonBytes: undefined,
  ...more,
})
const neighbour = vm({ label: 'db', pid: 200, uuid: undefined, vcpus: [{ id: 0, tid: 201 }] })

/** `cpu` and `runDelay` in seconds since the start. */
const task = (tid: number, cpu: number, runDelay: number | undefined, more: Partial<Task> = {}): Task => ({
  pid: tid < 200 ? 100 : 200,
  tid,
  policy: 0,
  nice: 0,
  rtPriority: 0,
  cpu: 0,
  cpuNs: cpu * 1e9,
  runDelayNs: runDelay === undefined ? undefined : runDelay * 1e9,
  voluntarySwitches: 0,
  involuntarySwitches: 0,
  startNs: 5_010_000_000,
  ...more,
})

const exits = (kernelSwitches: number, userspaceSwitches: number): VmExits => ({
  pid: 100,
  io: 0,
  exceptions: undefined,
  kernelSwitches,
  userspaceSwitches,
  signalReturns: undefined,
  kernelNs: undefined,
  haltNs: undefined,
  userspaceNs: undefined,
  reasons: new Map(),
})

const source = (name: SourceName, state: SourceState['state'] = 'in-use'): SourceState => ({
  fact: 'exits',
  source: name,
  state,
  code: undefined,
  reason: undefined,
  remedy: undefined,
})
const sources = [
  source('module'),
  source('debugfs', 'standby'),
  { ...source('taskinfo'), fact: 'threads' as const },
]

/** Ten seconds: each vCPU used 4 s and waited 1 s; 9,000 exits in KVM, 3,000 to QEMU. The neighbour used 6 s, waited 2 s. */
const tasksBefore = [task(101, 10, 1), task(102, 20, 2), task(201, 5, 5)]
const tasksAfter = [task(101, 14, 2), task(102, 24, 3), task(201, 11, 7)]
const vms = [vm(), neighbour]
const before = sample(1000, vms, { tasks: tasksBefore, exits: [exits(1000, 100)], sources })
const after = sample(1010, vms, { tasks: tasksAfter, exits: [exits(10_000, 3100)], sources })
const transfer: WindowExtras = {
  before: { bytes: 5 * mebibyte, packets: 100 },
  after: { bytes: 25 * mebibyte, packets: 10_100 },
}

describe('a window', () => {
  test('of run delay has the sums of the vCPU threads', () => {
    expect(measureWindow(before, after, identity, 'run-delay')).toEqual({
      seconds: 10,
      cost: 0.2,
      load: 1,
      done: 0.8,
      cpuDemand: 1,
      othersRunDelay: 0.25,
      memoryStall: null,
      ioStall: null,
      exitsSource: null,
      isIdle: false,
      whyNot: null,
    })
  })

  test('of a disk has exits per MiB', () => {
    expect(measureWindow(before, after, identity, 'userspace-per-byte', transfer)).toMatchObject({
      cost: 150,
      load: 2,
      done: 2,
      cpuDemand: 1,
      exitsSource: 'module',
      whyNot: null,
    })
  })

  test('of a NIC has exits per packet', () => {
    expect(measureWindow(before, after, identity, 'userspace-per-packet', transfer)).toMatchObject({
      cost: 0.3,
      load: 1000,
      whyNot: null,
    })
  })

  test('has how long the host stalled', () => {
    const pressure = (memory: number, io: number) => [
      { resource: 'memory' as const, someUs: 0, fullUs: memory },
      { resource: 'io' as const, someUs: 0, fullUs: io },
    ]
    const from = { ...before, pressure: pressure(0, 7) }
    const to = { ...after, pressure: pressure(1_000_000, 6) }
    expect(measureWindow(from, to, identity, 'run-delay')).toMatchObject({
      memoryStall: 0.1,
      // It fell, so it is not known.
      ioStall: null,
      whyNot: null,
    })
  })
})

interface Case {
  readonly from?: Partial<Sample>
  readonly to?: Partial<Sample>
  readonly extras?: WindowExtras
  readonly metric?: 'run-delay' | 'userspace-per-byte' | 'userspace-per-packet' | 'none'
  readonly why: string
}

const tasks = (all: readonly Task[]) => new Map(all.map((one) => [one.tid, one]))
const exitsOf = (one: VmExits) => new Map([[100, one]])

describe('a window does not count', () => {
  test.each<[string, Case]>([
    ['the metric is none', { metric: 'none', why: 'the counters cannot show the effect' }],
    ['no time passed', { to: { clock: 1000 }, why: 'the two samples are not in order' }],
    ['time went back', { to: { clock: 999 }, why: 'the two samples are not in order' }],
    ['the clock is broken', { to: { clock: Number.NaN }, why: 'the two samples are not in order' }],
    [
      'another run touched the host',
      { extras: { disturbance: 'run 12 changed the host' }, why: 'run 12 changed the host' },
    ],
    ['the VM ended', { to: { vms: [neighbour] }, why: 'the VM did not run throughout' }],
    ['the VM was not there before', { from: { vms: [neighbour] }, why: 'the VM did not run throughout' }],
    [
      'another VM has its pid',
      { to: { vms: [vm({ startNs: 6_000_000_000 })] }, why: 'the VM did not run throughout' },
    ],
    [
      'another VM has its pid and start',
      { to: { vms: [vm({ uuid: uuid.replace('1', '9') })] }, why: 'the VM did not run throughout' },
    ],
    ['it was paused at the start', { from: { vms: [vm({ state: 'paused' })] }, why: 'the VM is paused' }],
    ['it migrates', { to: { vms: [vm({ state: 'migrating' })] }, why: 'the VM is migrating' }],
    [
      'it has one vCPU more',
      {
        from: { vms: [vm({ vcpus: [{ id: 0, tid: 101 }] })] },
        why: 'a vCPU thread was added, removed or replaced',
      },
    ],
    [
      'a vCPU has another thread',
      {
        from: {
          vms: [
            vm({
              vcpus: [
                { id: 0, tid: 101 },
                { id: 1, tid: 103 },
              ],
            }),
          ],
        },
        why: 'a vCPU thread was added, removed or replaced',
      },
    ],
    [
      'a thread ID was used again',
      {
        to: { tasks: tasks([tasksAfter[0]!, task(102, 30, 3, { startNs: 7_000_000_000 })]) },
        why: 'the thread of vCPU 1 was replaced',
      },
    ],
    ['the threads cannot be read', { to: { tasks: undefined }, why: 'the vCPU threads cannot be read' }],
    [
      'a thread cannot be read',
      { to: { tasks: tasks([tasksAfter[0]!]) }, why: 'the thread of vCPU 1 cannot be read' },
    ],
    [
      'the CPU time fell',
      { to: { tasks: tasks([task(101, 9, 2), tasksAfter[1]!]) }, why: 'a counter of a vCPU thread fell' },
    ],
    [
      'the run delay fell',
      { to: { tasks: tasks([task(101, 14, 0.5), tasksAfter[1]!]) }, why: 'a counter of a vCPU thread fell' },
    ],
    [
      'the kernel does not count run delay',
      {
        from: { tasks: tasks([task(101, 10, undefined), task(102, 20, undefined)]) },
        to: { tasks: tasks([task(101, 14, undefined), task(102, 24, undefined)]) },
        why: 'not available: the run delay, which this kernel does not count',
      },
    ],
    [
      'the run delay of one thread is not known',
      {
        to: { tasks: tasks([task(101, 14, undefined), tasksAfter[1]!]) },
        from: { tasks: tasks([task(101, 10, undefined), tasksBefore[1]!]) },
        why: 'not available: the run delay, which this kernel does not count',
      },
    ],
    [
      'it has no vCPU threads',
      {
        from: { vms: [vm({ vcpus: [] })] },
        to: { vms: [vm({ vcpus: [] })] },
        why: 'not available: the CPU time of the vCPU threads',
      },
    ],
    [
      'the source of the exits changed',
      {
        metric: 'userspace-per-byte',
        to: { sources: [source('qmp'), source('libvirt')] },
        why: 'the source of the exits changed from module to qmp+libvirt',
      },
    ],
    [
      'no source counts exits any more',
      {
        metric: 'userspace-per-byte',
        to: { sources: [] },
        why: 'the source of the exits changed from module to none',
      },
    ],
    [
      'the VM has no exits yet',
      {
        metric: 'userspace-per-byte',
        from: { exits: new Map() },
        why: 'the exits of the VM are not available',
      },
    ],
    [
      'the exits cannot be read',
      {
        metric: 'userspace-per-packet',
        to: { exits: undefined },
        why: 'the exits of the VM are not available',
      },
    ],
    [
      'a counter of the exits fell',
      {
        metric: 'userspace-per-byte',
        to: { exits: exitsOf(exits(10_000, 99)) },
        why: 'a counter of the exits fell',
      },
    ],
    [
      'the bytes fell',
      {
        metric: 'userspace-per-byte',
        extras: { before: { bytes: 2 }, after: { bytes: 1 } },
        why: 'the counter of the bytes fell',
      },
    ],
    [
      'the packets fell',
      {
        metric: 'userspace-per-packet',
        extras: { before: { packets: 2 }, after: { packets: 1 } },
        why: 'the counter of the packets fell',
      },
    ],
    [
      'the bytes are not known',
      {
        metric: 'userspace-per-byte',
        extras: { before: { bytes: 2 } },
        why: 'not available: the bytes of the disks',
      },
    ],
  ])('if %s', (_, { from = {}, to = {}, extras = transfer, metric = 'run-delay', why }) => {
    const window = measureWindow({ ...before, ...from }, { ...after, ...to }, identity, metric, extras)
    expect(window).toMatchObject({ whyNot: why, isIdle: false, cost: 0 })
    for (const value of Object.values(window))
      if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
  })

  test.each<[string, Case]>([
    [
      'wants less CPU than alerts judge',
      { to: { tasks: tasks([task(101, 11, 2), task(102, 20.4, 2)]) }, why: '' },
    ],
    [
      'makes fewer exits',
      { metric: 'userspace-per-byte', to: { exits: exitsOf(exits(2000, 1000)) }, why: '' },
    ],
    [
      'transferred nothing',
      {
        metric: 'userspace-per-byte',
        extras: { before: { bytes: mebibyte }, after: { bytes: mebibyte } },
        why: '',
      },
    ],
  ])('if the VM %s', (_, { to = {}, extras = transfer, metric = 'run-delay' }) => {
    expect(measureWindow(before, { ...after, ...to }, identity, metric, extras)).toMatchObject({
      whyNot: 'the VM is idle',
      isIdle: true,
    })
  })
})

describe('a window counts', () => {
  const counts = (window: Window) => expect(window.whyNot).toBeNull()

  test('if the source of the exits changed but the metric does not use them', () => {
    counts(
      measureWindow(before, { ...after, sources: [source('qmp')], exits: undefined }, identity, 'run-delay'),
    )
  })

  test('if two sources differ in the start of a thread or of the VM by a tick', () => {
    const moved = tasksAfter.map((one) => ({ ...one, startNs: one.startNs + 10_000_000 }))
    const later = [vm({ startNs: 5_010_000_000 }), neighbour]
    counts(measureWindow(before, { ...after, vms: later, tasks: tasks(moved) }, identity, 'run-delay'))
  })

  test('if its state is not known, and if only one side knows its UUID', () => {
    const unknown = [vm({ state: undefined, uuid: undefined }), neighbour]
    counts(measureWindow(before, { ...after, vms: unknown }, identity, 'run-delay'))
    counts(measureWindow(before, after, { ...identity, uuid: null }, 'run-delay'))
    counts(
      measureWindow(before, { ...after, vms: [vm({ uuid: uuid.toUpperCase() })] }, identity, 'run-delay'),
    )
  })

  test('at exactly the demand that alerts judge', () => {
    const small = [task(101, 10 + leastCpuDemand * 10, 1), task(102, 20, 2)]
    counts(measureWindow(before, { ...after, tasks: tasks(small) }, identity, 'run-delay'))
  })
})

describe('the other VMs', () => {
  const others = (sampled: Partial<Sample>) =>
    measureWindow(before, { ...after, ...sampled }, identity, 'run-delay').othersRunDelay

  test('are unknown if there are none, they are idle, or their threads are new', () => {
    expect(others({ vms: [vm()] })).toBeNull()
    expect(others({ tasks: tasks([...tasksAfter.slice(0, 2), task(201, 5.1, 5.1)]) })).toBeNull()
    expect(others({ tasks: tasks([...tasksAfter.slice(0, 2), task(201, 1, 1)]) })).toBeNull()
  })

  test('are known even if the window of the VM does not count', () => {
    expect(others({ vms: [neighbour] })).toBe(0.25)
  })
})

describe('what is compared', () => {
  test.each([
    ['run-delay', {}, null],
    ['run-delay', { load: 0.5 }, null],
    ['run-delay', { load: 2 }, null],
    ['run-delay', { load: 0.49 }, 'the load is 0.49 times the usual one; 0.5 to 2 times is compared'],
    ['run-delay', { load: 2.01 }, 'the load is 2.01 times the usual one; 0.5 to 2 times is compared'],
    ['run-delay', { whyNot: 'the VM is idle', isIdle: true }, 'the VM is idle'],
    // Fewer exits for the same work is what the change is for.
    ['userspace-per-byte', { whyNot: 'the VM is idle', isIdle: true }, null],
    ['userspace-per-byte', { whyNot: 'the VM is paused' }, 'the VM is paused'],
  ] as const)('%s %j: %s', (metric, more, why) => {
    expect(whyNotComparable(metric, judgedWindow(1, 0.2, more), 1)).toBe(why)
  })

  test('nothing is compared with a usual load of 0', () => {
    expect(whyNotComparable('userspace-per-byte', judgedWindow(1, 1, { load: 0 }), 0)).toContain(
      'the load is NaN',
    )
  })
})

test('whatever the counters are, a window has finite numbers and a share between 0 and 1', () => {
  const counter = fc.double({ min: 0, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(counter, counter, counter, counter, counter, (one, two, three, four, clock) => {
      const from = { ...before, tasks: tasks([task(101, one, two), task(102, 0, 0)]) }
      const to = { ...after, clock, tasks: tasks([task(101, three, four), task(102, 0, 0)]) }
      const window = measureWindow(from, to, identity, 'run-delay')
      for (const value of Object.values(window))
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
      expect(window.cost).toBeGreaterThanOrEqual(0)
      expect(window.cost).toBeLessThanOrEqual(1)
      expect(JSON.parse(JSON.stringify(window))).toEqual(window)
    }),
  )
})
