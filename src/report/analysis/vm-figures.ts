// What a VM did over the range, from its values of each step.

import { ioShare, rootModeRatio, runDelayShare, userspaceCost } from '../../model/shares.ts'
import { classThresholds, judge } from '../../model/vm-class.ts'
import type { ObservedVm } from '../collect/observed.ts'
import type { Figures, Limits, VmReport } from '../document.ts'
import { combine, summarize } from '../statistics/summary.ts'

export interface VmFigures
  extends Pick<
    VmReport,
    | 'cpu'
    | 'runDelay'
    | 'vcpus'
    | 'class'
    | 'exits'
    | 'rootModeRatio'
    | 'ioShare'
    | 'wait'
    | 'waitPerCpu'
    | 'diskWait'
    | 'nicWait'
  > {
  /** Steps in which its CPU time is known. */
  readonly steps: number
}

export const figuresOf = (values: Iterable<number>): Figures | null => {
  const summary = summarize(values)
  return summary === undefined ? null : { mean: summary.mean, p95: summary.p95, max: summary.max }
}

/** A mean over the steps from `begin` to `end` in which it is known; null if there are none. */
export function meanOver(values: Float32Array, begin = 0, end = values.length): number | null {
  let [sum, count] = [0, 0]
  for (let index = begin; index < end; index += 1) {
    const value = values[index]!
    if (Number.isNaN(value)) continue
    sum += value
    count += 1
  }
  return count === 0 ? null : sum / count
}

export function lastKnown(values: Float32Array): number | null {
  const index = values.findLastIndex((value) => !Number.isNaN(value))
  return index < 0 ? null : values[index]!
}

/** Of the share of its steps in which it must be active to be judged. */
const activeShare = 0.05

export function vmFigures({ series }: ObservedVm, limits: Limits): VmFigures {
  const cpu = summarize(series.cpu)
  const meanCpu = cpu?.mean ?? 0
  const wait = meanOver(series.wait)
  const shares = combine(
    (delay, used) =>
      delay + used >= limits.cpuActive ? (runDelayShare(delay, used) ?? Number.NaN) : Number.NaN,
    series.delay,
    series.cpu,
  )
  return {
    steps: cpu?.count ?? 0,
    cpu: cpu === undefined ? null : { mean: cpu.mean, p95: cpu.p95, max: cpu.max },
    runDelay: figuresOf(shares),
    vcpus: lastKnown(series.vcpus),
    ...exitFigures(series, 0, series.cpu.length),
    wait,
    waitPerCpu: wait === null ? null : (userspaceCost(wait, meanCpu) ?? null),
    diskWait: meanOver(series.diskWait),
    nicWait: meanOver(series.nicWait),
  }
}

type ExitFigures = Pick<VmFigures, 'class' | 'exits' | 'rootModeRatio' | 'ioShare'>

/**
 * From the sums over the steps in which the VM was active, so that busy hours count for what they are. `class` is idle if
 * there are too few of them, and unknown if no exits are known.
 */
export function exitFigures(series: ObservedVm['series'], begin: number, end: number): ExitFigures {
  let [known, active, kernel, userspace, io, all] = [0, 0, 0, 0, 0, 0]
  for (let index = begin; index < end; index += 1) {
    const [inKvm, toQemu] = [series.kernel[index]!, series.userspace[index]!]
    const total = inKvm + toQemu
    if (Number.isNaN(total)) continue
    known += 1
    all += total
    if (total < classThresholds.activeSwitches) continue
    active += 1
    kernel += inKvm
    userspace += toQemu
    io += series.io[index]! || 0
  }
  if (known === 0) return { class: 'unknown', exits: null, rootModeRatio: null, ioShare: null }
  if (active < known * activeShare)
    return { class: 'idle', exits: all / known, rootModeRatio: null, ioShare: null }
  const ratio = rootModeRatio(kernel, userspace)
  const share = ioShare(io, kernel, userspace)
  return {
    class: judge(undefined, { ratio, ioShare: share, switches: (kernel + userspace) / active }),
    exits: all / known,
    rootModeRatio: ratio ?? null,
    ioShare: share ?? null,
  }
}
