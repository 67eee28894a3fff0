// What a VM's work costs, by metric. The cost per work done is compared, not the cost, so that a VM that does less does
// not look improved.
import { runDelayShare } from '../../model/shares.ts'
import type { Measurement } from '../actions/action.ts'

export type Metric = Exclude<Measurement['metric'], 'none'>

/** Per second, between two samples. undefined if not known. */
export interface Activity {
  /** CPU seconds of all vCPUs. */
  readonly cpu: number | undefined
  /** Seconds in which vCPUs waited for a CPU. */
  readonly runDelay: number | undefined
  /** Exits that were handed to QEMU. */
  readonly userspaceSwitches: number | undefined
  /** That the VM's disks read and wrote. */
  readonly bytes: number | undefined
  /** That the VM's NICs received and sent. */
  readonly packets: number | undefined
}

export interface Work {
  /** Cost per work done; 0 if no work was done. */
  readonly cost: number
  /**
   * How much the VM wanted to do. For I/O nobody counts that, so it is what was done. It is not the number of exits,
   * because the change itself lowers it: the thesis's tuned VM makes 54 % of the exits of the other one (table 7-4).
   */
  readonly load: number
  /** How much it got done. */
  readonly done: number
}

const mebibyte = 1024 * 1024

/** `missing`: which of the counters is not available. */
export function workOf(metric: Metric, activity: Activity): Work | { readonly missing: string } {
  const { cpu, runDelay, userspaceSwitches, bytes, packets } = activity
  if (metric === 'run-delay') {
    if (cpu === undefined) return { missing: 'the CPU time of the vCPU threads' }
    if (runDelay === undefined) return { missing: 'the run delay, which this kernel does not count' }
    return { cost: runDelayShare(runDelay, cpu) ?? 0, load: cpu + runDelay, done: cpu }
  }
  if (userspaceSwitches === undefined) return { missing: 'the exits of the VM' }
  const isDisk = metric === 'userspace-per-byte'
  const amount = isDisk ? bytes : packets
  if (amount === undefined) return { missing: isDisk ? 'the bytes of the disks' : 'the packets of the NICs' }
  const done = isDisk ? amount / mebibyte : amount
  return { cost: done > 0 ? userspaceSwitches / done : 0, load: done, done }
}

/**
 * Lower costs count as this one. The logarithm of 0 would outweigh everything, and a VM that waits during 0.01 % of its
 * time is not 10 times better off than one that waits during 0.1 %: below this the cost does not matter.
 */
export const leastCost: Readonly<Record<Metric, number>> = {
  /** A share of time. */
  'run-delay': 0.001,
  /** Exits per MiB; 4 KiB requests to an emulated disk make at least 256. */
  'userspace-per-byte': 0.1,
  /** Exits per packet; an emulated NIC makes about one. */
  'userspace-per-packet': 0.001,
}

/** The natural logarithm of the cost. Differences of it are ratios of costs. */
export const lnCost = (metric: Metric, cost: number): number => Math.log(Math.max(cost, leastCost[metric]))

/** Such as `the VM waited for a CPU during 20.1 % of its runnable time without the change and 9.8 % with it`. */
export function costText(metric: Metric, without: number, withIt: number): string {
  const isShare = metric === 'run-delay'
  const amount = (cost: number): string => {
    if (cost < leastCost[metric])
      return isShare ? 'less than 0.1 %' : `less than ${plainNumber(leastCost[metric])}`
    return isShare ? `${(cost * 100).toFixed(1)} %` : plainNumber(cost)
  }
  const [start, unit] = {
    'run-delay': ['the VM waited for a CPU during', 'of its runnable time '],
    'userspace-per-byte': ['the VM made', 'userspace exits per MiB '],
    'userspace-per-packet': ['the VM made', 'userspace exits per packet '],
  }[metric] as [string, string]
  return `${start} ${amount(without)} ${unit}without the change and ${amount(withIt)} with it`
}

/** Three digits that matter, without an exponent. */
export function plainNumber(value: number): string {
  if (value === 0) return '0'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return value.toFixed(Math.min(digits, 4))
}
