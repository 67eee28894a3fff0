// The last minutes of the host: a history for each of its VMs and the sums of them. Where there are two looks to
// compare, rates are of the time between them.
import { runDelayShare } from '../model/shares.ts'
import { processKey } from '../sources/process/process.ts'
import { cpuBusyShare, exitRates, vcpuRates } from './rates.ts'
import type { Sample } from './sample.ts'
import { Series, Timeline } from './timeline.ts'
import { VmHistory } from './vm-history.ts'

export interface HistorySize {
  /** Figures are means over at most this time. */
  readonly windowSeconds: number
  /** How many samples are kept. */
  readonly points: number
}

/** How often the mark is replaced that exits by reason are compared with: what is rare needs some time to tell. */
const markSeconds = 30

/** What is kept of an older look. The whole of it, of a thousand VMs, would be megabytes. */
type Mark = Pick<Sample, 'clock' | 'exits'>

export class HostHistory {
  readonly timeline: Timeline
  readonly kernelSwitches: Series
  readonly userspaceSwitches: Series
  readonly cpuBusy: Series
  readonly #windowSeconds: number
  /** By `processKey`; those of the last look only. */
  #vms = new Map<string, VmHistory>()
  #last: Sample | undefined
  #mark: Mark | undefined
  #nextMark: Mark | undefined
  #window: readonly number[] = []

  constructor({ windowSeconds, points }: HistorySize) {
    this.timeline = new Timeline(points)
    this.kernelSwitches = new Series(points)
    this.userspaceSwitches = new Series(points)
    this.cpuBusy = new Series(points)
    this.#windowSeconds = windowSeconds
  }

  /** The last look; undefined before the first. */
  get last(): Sample | undefined {
    return this.#last
  }

  /** Of a look half a minute to a minute older than the last one; younger only when watching began later. */
  get mark(): Mark | undefined {
    return this.#mark
  }

  /** Of a VM of the last look. */
  vm(process: { readonly pid: number; readonly startNs: number }): VmHistory {
    return this.#vms.get(processKey(process))!
  }

  add(sample: Sample): void {
    const before = this.#last
    const seconds = before === undefined ? Number.NaN : sample.clock - before.clock
    this.#last = sample
    this.timeline.add(sample.at, seconds)
    this.#window = this.timeline.window(this.#windowSeconds)
    this.#addVms(sample, before, seconds)
    this.#moveMarks(sample)
  }

  /** Means over the window. */
  figures() {
    const mean = (series: Series) => this.timeline.mean(series, this.#window)
    let cpu = 0
    let runDelay = 0
    for (const { figures } of this.#vms.values()) {
      // As the records have it, a VM counts whose both times are known.
      if (figures.runDelaySeconds === undefined) continue
      cpu += figures.cpu ?? 0
      runDelay += figures.runDelaySeconds
    }
    return { cpuBusy: mean(this.cpuBusy), runDelay: runDelayShare(runDelay, cpu) }
  }

  #addVms(sample: Sample, before: Sample | undefined, seconds: number): void {
    const vms = new Map<string, VmHistory>()
    let kernelSwitches: number | undefined
    let userspaceSwitches: number | undefined
    for (const vm of sample.vms) {
      const key = processKey(vm)
      const history = this.#vms.get(key) ?? new VmHistory(this.timeline.points)
      const wasThere = this.#vms.has(key)
      vms.set(key, history)
      const exits = wasThere
        ? exitRates(before?.exits?.get(vm.pid), sample.exits?.get(vm.pid), seconds)
        : undefined
      const vcpus = wasThere ? vcpuRates(vm.vcpus, before?.tasks, sample.tasks, seconds) : []
      history.add(this.timeline, this.#window, before?.clock ?? sample.clock, exits, vcpus)
      if (exits === undefined) continue
      kernelSwitches = (kernelSwitches ?? 0) + exits.kernelSwitches
      userspaceSwitches = (userspaceSwitches ?? 0) + exits.userspaceSwitches
    }
    this.#vms = vms
    const { slot } = this.timeline
    this.kernelSwitches.set(slot, kernelSwitches)
    this.userspaceSwitches.set(slot, userspaceSwitches)
    this.cpuBusy.set(slot, cpuBusyShare(before?.cpuTime, sample.cpuTime))
  }

  #moveMarks({ clock, exits }: Sample): void {
    this.#mark ??= { clock, exits }
    this.#nextMark ??= this.#mark
    if (clock - this.#nextMark.clock >= markSeconds) {
      this.#mark = this.#nextMark
      this.#nextMark = { clock, exits }
    }
  }
}
