// The last minutes of the host: a history of each of its VMs, and sums over all of them. A rate covers the time between
// two consecutive samples.
import { runDelayShare } from '../model/shares.ts'
import type { Vm } from '../model/vm.ts'
import { processKey } from '../sources/process/process.ts'
import { cpuBusyShare, exitRates, type VcpuExitRates, vcpuExitRates, vcpuRates } from './rates.ts'
import type { Sample } from './sample.ts'
import { Series, Timeline } from './timeline.ts'
import { VmHistory } from './vm-history.ts'

export interface HistorySize {
  /** Figures are means over at most the last `windowSeconds`. */
  readonly windowSeconds: number
  /** How many samples are kept. */
  readonly points: number
}

/** How often the mark is replaced. Rare exit reasons need a longer time than one interval to show. */
const markSeconds = 30

/** The part of an older sample that is kept. A whole sample of a thousand VMs would be megabytes. */
type Mark = Pick<Sample, 'clock' | 'exits'>

export class HostHistory {
  readonly timeline: Timeline
  readonly kernelSwitches: Series
  readonly userspaceSwitches: Series
  readonly cpuBusy: Series
  readonly #windowSeconds: number
  /** By `processKey`; only the VMs of the last sample. */
  #vms = new Map<string, VmHistory>()
  #last: Sample | undefined
  /** Of the sample before the last one. */
  #vcpuExitsBefore: Sample['vcpuExits']
  #seconds = Number.NaN
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

  /** The last sample; undefined before the first. */
  get last(): Sample | undefined {
    return this.#last
  }

  /**
   * An older sample to compare the last one with, for exits by reason. It is 30 to 60 seconds older, or less if sampling
   * began later.
   */
  get mark(): Mark | undefined {
    return this.#mark
  }

  /** The history of a VM; the VM must be in the last sample. */
  vm(process: { readonly pid: number; readonly startNs: number }): VmHistory {
    return this.#vms.get(processKey(process))!
  }

  /** The exits of each vCPU of a VM between the last two samples; empty if the module does not count them. */
  vcpuExits({ vcpus }: Pick<Vm, 'vcpus'>): readonly (VcpuExitRates | undefined)[] {
    const now = this.#last?.vcpuExits
    if (now === undefined) return []
    return vcpuExitRates(vcpus, this.#vcpuExitsBefore?.value, now.value, this.#seconds)
  }

  add(sample: Sample): void {
    const before = this.#last
    const seconds = before === undefined ? Number.NaN : sample.clock - before.clock
    this.#last = sample
    this.#vcpuExitsBefore = before?.vcpuExits
    this.#seconds = seconds
    this.timeline.add(sample.at, seconds)
    this.#window = this.timeline.window(this.#windowSeconds)
    this.#addVms(sample, before, seconds)
    this.#moveMarks(sample)
  }

  /** Means over the window, of the whole host. Shares are 0 to 1. */
  figures() {
    const mean = (series: Series) => this.timeline.mean(series, this.#window)
    let cpu = 0
    let runDelay = 0
    for (const { figures } of this.#vms.values()) {
      // As in the recording rules, a VM counts only if both of its times are known.
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
