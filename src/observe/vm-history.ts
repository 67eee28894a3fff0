// The last minutes of one VM: its rates at each sample, their means over the window, and the class that follows from them.
import { ioShare, rootModeRatio, runDelayShare, userspaceCost } from '../model/shares.ts'
import { judge, type VmClass } from '../model/vm-class.ts'
import { type ExitRates, sumOfRates, type TaskRates } from './rates.ts'
import { Series, type Timeline } from './timeline.ts'

/** Means over the window: exits per second, seconds per second, and shares of 0 to 1. undefined if not known. */
export interface VmFigures {
  readonly class: VmClass | undefined
  readonly ratio: number | undefined
  readonly ioShare: number | undefined
  readonly userspaceCost: number | undefined
  readonly kernelSwitches: number | undefined
  readonly userspaceSwitches: number | undefined
  readonly cpu: number | undefined
  readonly runDelaySeconds: number | undefined
  readonly runDelay: number | undefined
}

const nothingKnown: VmFigures = {
  class: undefined,
  ratio: undefined,
  ioShare: undefined,
  userspaceCost: undefined,
  kernelSwitches: undefined,
  userspaceSwitches: undefined,
  cpu: undefined,
  runDelaySeconds: undefined,
  runDelay: undefined,
}

export class VmHistory {
  readonly kernelSwitches: Series
  readonly userspaceSwitches: Series
  readonly cpu: Series
  readonly runDelaySeconds: Series
  readonly userspaceWaitSeconds: Series
  readonly #io: Series
  #vcpus: readonly (TaskRates | undefined)[] = []
  #exits: ExitRates | undefined
  #figures = nothingKnown
  #exitsKnownSince: number | undefined

  /** `points` must be that of the timeline. */
  constructor(points: number) {
    this.kernelSwitches = new Series(points)
    this.userspaceSwitches = new Series(points)
    this.cpu = new Series(points)
    this.runDelaySeconds = new Series(points)
    this.userspaceWaitSeconds = new Series(points)
    this.#io = new Series(points)
  }

  /** As of the last sample. */
  get figures(): VmFigures {
    return this.#figures
  }

  /** Its exits between the last two samples. */
  get exits(): ExitRates | undefined {
    return this.#exits
  }

  /** The rates of each vCPU between the last two samples. */
  get vcpus(): readonly (TaskRates | undefined)[] {
    return this.#vcpus
  }

  /** The clock of the sample since which its exits are known without a gap; undefined if the last rates are not known. */
  get exitsKnownSince(): number | undefined {
    return this.#exitsKnownSince
  }

  /** Adds the rates between the previous sample, whose clock was `before`, and the last sample of the timeline. */
  add(
    timeline: Timeline,
    window: readonly number[],
    before: number,
    exits: ExitRates | undefined,
    vcpus: readonly (TaskRates | undefined)[],
  ): void {
    const { slot } = timeline
    const tasks = sumOfRates(vcpus)
    this.#exits = exits
    this.#vcpus = vcpus
    this.kernelSwitches.set(slot, exits?.kernelSwitches)
    this.userspaceSwitches.set(slot, exits?.userspaceSwitches)
    this.userspaceWaitSeconds.set(slot, exits?.userspaceWaitSeconds)
    this.#io.set(slot, exits?.io)
    this.cpu.set(slot, tasks?.cpu)
    this.runDelaySeconds.set(slot, tasks?.runDelay)
    this.#exitsKnownSince = exits === undefined ? undefined : (this.#exitsKnownSince ?? before)
    this.#figures = this.#meanOver(timeline, window)
  }

  #meanOver(timeline: Timeline, window: readonly number[]): VmFigures {
    const mean = (series: Series) => timeline.mean(series, window)
    const kernelSwitches = mean(this.kernelSwitches)
    const userspaceSwitches = mean(this.userspaceSwitches)
    const cpu = mean(this.cpu)
    const runDelaySeconds = mean(this.runDelaySeconds)
    const times = {
      cpu,
      runDelaySeconds,
      runDelay: both(runDelaySeconds, cpu, runDelayShare),
      userspaceCost: both(mean(this.userspaceWaitSeconds), cpu, userspaceCost),
    }
    if (kernelSwitches === undefined || userspaceSwitches === undefined) return { ...nothingKnown, ...times }
    const ratio = rootModeRatio(kernelSwitches, userspaceSwitches)
    const io = mean(this.#io)
    const ofIo = io === undefined ? undefined : ioShare(io, kernelSwitches, userspaceSwitches)
    const switches = kernelSwitches + userspaceSwitches
    return {
      ...times,
      class: judge(this.#figures.class, { ratio, ioShare: ofIo, switches }),
      ratio,
      ioShare: ofIo,
      kernelSwitches,
      userspaceSwitches,
    }
  }
}

function both(
  a: number | undefined,
  b: number | undefined,
  share: (a: number, b: number) => number | undefined,
): number | undefined {
  return a === undefined || b === undefined ? undefined : share(a, b)
}
