// Takes frames of the running host.
import { hostname } from 'node:os'
import type { CpuTime } from '../../model/host.ts'
import type { HostSnapshot } from '../../model/host-snapshot.ts'
import type { TaskScope, TaskSnapshot } from '../../model/task-rows.ts'
import { HostHistory } from '../../observe/host-history.ts'
import { cpuBusyShare } from '../../observe/rates.ts'
import { type Sample, takeSample } from '../../observe/sample.ts'
import { TaskHistory } from '../../observe/task-history.ts'
import { readUserNames } from '../../sources/users/read.ts'
import type { Frame, HostFigures, MemoryFigures, SelfFigures, SourceInUse } from './frame.ts'
import type { TaskList } from './task-list.ts'
import { detailOf, figuresOf } from './vm-figures.ts'

/** As the live page, so that both judge a VM alike. */
const windowSeconds = 60
/** Enough for the window at the shortest interval. */
const points = 64

interface FrameSource {
  snapshot(): Promise<HostSnapshot & TaskSnapshot>
}

export class LiveFrames {
  readonly #source: FrameSource
  readonly #history = new HostHistory({ windowSeconds, points })
  readonly #tasks = new TaskHistory()
  readonly #busy = new BusyTime()
  readonly #self = new SelfTime()
  readonly #users = readUserNames()
  #number = 0

  constructor(source: FrameSource) {
    this.#source = source
  }

  /** Valid until the next one is taken. Throws if the VMs or the tasks of this host cannot be listed. */
  async next(scope: TaskScope): Promise<Frame> {
    const snapshot = await this.#source.snapshot()
    const before = this.#history.last
    const sample = takeSample(snapshot)
    const seconds = before === undefined ? Number.NaN : sample.clock - before.clock
    // Before the rest, because it may fail, and the last frame is shown on.
    this.#tasks.add(snapshot, scope, seconds)
    this.#history.add(sample)
    this.#number++
    const tasks = this.#taskList(sample, seconds)
    const history = this.#history
    return {
      at: sample.at,
      seconds: known(seconds),
      number: this.#number,
      host: this.#host(sample, before, tasks),
      sources: sourcesInUse(sample),
      missing: Object.fromEntries(sample.missing),
      vms: sample.vms.map((vm) => figuresOf(history, sample, vm)),
      tasks,
      detail: (pid) => {
        const vm = sample.vms.find((one) => one.pid === pid)
        return vm === undefined ? undefined : detailOf(history, sample, vm)
      },
    }
  }

  #taskList(sample: Sample, seconds: number): TaskList {
    const rows = this.#tasks.rows!
    return {
      rows,
      figures: this.#tasks.figures,
      seconds,
      uptimeNs: sample.bootTime === undefined ? Number.NaN : (sample.at - sample.bootTime) * 1e9,
      memoryBytes: sample.memory?.get('MemTotal') ?? Number.NaN,
      cpus: sample.cpuTime?.length ?? Number.NaN,
      users: this.#users,
      vms: new Map(sample.vms.map(({ pid, label }) => [pid, label])),
      total: rows.count,
    }
  }

  #host(sample: Sample, before: Sample | undefined, tasks: TaskList): HostFigures {
    const cpus = sample.cpuTime?.length
    return {
      name: hostname(),
      kernel: sample.facts?.kernelRelease ?? null,
      bootTime: sample.bootTime ?? null,
      hz: tasks.rows.hz ?? null,
      cpus: cpus ?? null,
      ...this.#busy.add(before?.cpuTime, sample.cpuTime),
      busyByTasks: cpus === undefined ? null : known(cpuOfTasks(tasks) / cpus),
      perCpu: perCpu(before?.cpuTime, sample.cpuTime),
      memory: memoryFigures(sample),
      ...countStates(tasks),
      self: this.#self.next(sample.clock),
    }
  }
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value)

class BusyTime {
  #first: readonly CpuTime[] | undefined
  #peak: number | undefined

  add(before: readonly CpuTime[] | undefined, now: readonly CpuTime[] | undefined) {
    this.#first ??= now
    const busy = cpuBusyShare(before, now)
    if (busy !== undefined) this.#peak = Math.max(busy, this.#peak ?? 0)
    return {
      busy: busy ?? null,
      busyAverage: cpuBusyShare(this.#first, now) ?? null,
      busyPeak: this.#peak ?? null,
    }
  }
}

class SelfTime {
  #clock = Number.NaN
  #cpu = 0

  /** `clock` in seconds. */
  next(clock: number): SelfFigures {
    const { user, system } = process.cpuUsage()
    const cpu = (user + system) / 1e6
    const rate = (cpu - this.#cpu) / (clock - this.#clock)
    this.#clock = clock
    this.#cpu = cpu
    return { cpu: known(rate), residentBytes: process.memoryUsage.rss() }
  }
}

function perCpu(before: readonly CpuTime[] | undefined, now: readonly CpuTime[] = []) {
  const byCpu = new Map(before?.map((one) => [one.cpu, one]))
  return now.map((one) => {
    const old = byCpu.get(one.cpu)
    return { cpu: one.cpu, busy: cpuBusyShare(old && [old], [one]) ?? null }
  })
}

function memoryFigures({ memory }: Sample): MemoryFigures {
  const field = (name: string) => memory?.get(name) ?? null
  return {
    total: field('MemTotal'),
    free: field('MemFree'),
    available: field('MemAvailable'),
    buffers: field('Buffers'),
    cached: field('Cached'),
    hugePagesTotal: field('HugePages_Total'),
    hugePagesFree: field('HugePages_Free'),
    hugePageSize: field('Hugepagesize'),
  }
}

/** NaN in the first frame. */
function cpuOfTasks({ rows, figures, seconds }: TaskList): number {
  let sum = Number.isNaN(seconds) ? Number.NaN : 0
  for (let row = 0; row < rows.count; row++) {
    const { [row]: cpu } = figures.cpu
    if (!Number.isNaN(cpu!)) sum += cpu!
  }
  return sum
}

const running = 'R'.charCodeAt(0)
const blocked = 'D'.charCodeAt(0)

function countStates({ rows, total }: TaskList) {
  const counts = { tasks: total, running: 0, blocked: 0 }
  for (let row = 0; row < rows.count; row++) {
    if (rows.state[row] === running) counts.running++
    else if (rows.state[row] === blocked) counts.blocked++
  }
  return counts
}

/** Of each fact, the source in use and why a better one is not. */
function sourcesInUse({ sources }: Sample): SourceInUse[] {
  return [...Map.groupBy(sources, ({ fact }) => fact)].flatMap(([fact, all]) => {
    const used = all.findIndex(({ state }) => state === 'in-use')
    if (used === -1) return []
    return { fact, source: all[used]!.source, reason: used === 0 ? null : (all[0]!.reason ?? null) }
  })
}
