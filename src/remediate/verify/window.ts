// What one window of time cost a VM, between two samples of the host.

import type { VmIdentity } from '../../model/remediation.ts'
import { runDelayShare } from '../../model/shares.ts'
import type { Vm } from '../../model/vm.ts'
import { sumOfRates, type TaskRates, vcpuRates } from '../../observe/rates.ts'
import type { Sample } from '../../observe/sample.ts'
import { startTick } from '../../sources/process/process.ts'
import type { Measurement } from '../actions/action.ts'

/** A VM that wants less CPU than this is too idle to be judged; kvminfo:cpu_active:threshold of alerts/settings.rules.yaml. */
export const leastCpuDemand = 0.25

export interface Window {
  readonly seconds: number
  /** The cost per work done; for run-delay the share of time in which the VM waited for a CPU, 0 to 1. */
  readonly cost: number
  /** How much the VM wanted to do; for run-delay CPU time and run delay, seconds per second. */
  readonly load: number
  /** How much it got done; for run-delay CPU seconds per second. */
  readonly done: number
  /** The run delay share of all other VMs together, 0 to 1; null if there are none or they are idle. */
  readonly othersRunDelay: number | null
  /** Why the window does not count; null if it does. */
  readonly whyNot: string | null
}

export function measureWindow(
  before: Sample,
  after: Sample,
  identity: VmIdentity,
  metric: Measurement['metric'],
): Window {
  const seconds = after.clock - before.clock
  const othersRunDelay = runDelayOfOthers(before, after, identity, seconds)
  const invalid = (whyNot: string): Window => ({ seconds, cost: 0, load: 0, done: 0, othersRunDelay, whyNot })
  if (metric !== 'run-delay') return invalid('this metric cannot be measured yet')
  const [from, to] = [findVm(before, identity), findVm(after, identity)]
  if (from === undefined || to === undefined) return invalid('the VM did not run throughout')
  if (to.state !== undefined && to.state !== 'running') return invalid(`the VM is ${to.state}`)
  const rates = vcpuRates(to.vcpus, before.tasks, after.tasks, seconds)
  if (rates.includes(undefined)) return invalid('a vCPU thread was replaced, or cannot be read')
  const sum = sumOfRates(rates)
  if (sum?.runDelay === undefined) return invalid('the kernel does not count run delay')
  const load = sum.cpu + sum.runDelay
  const measured = {
    seconds,
    cost: runDelayShare(sum.runDelay, sum.cpu) ?? 0,
    load,
    done: sum.cpu,
    othersRunDelay,
  }
  return { ...measured, whyNot: load < leastCpuDemand ? 'the VM is idle' : null }
}

function findVm(sample: Sample, { pid, startTick: tick }: VmIdentity): Vm | undefined {
  // Sources differ in start times by a tick.
  return sample.vms.find((vm) => vm.pid === pid && Math.abs(startTick(vm.startNs) - tick) <= 1)
}

function runDelayOfOthers(
  before: Sample,
  after: Sample,
  { pid }: VmIdentity,
  seconds: number,
): number | null {
  const others = after.vms.filter((vm) => vm.pid !== pid)
  const rates: readonly (TaskRates | undefined)[] = others.flatMap((vm) =>
    vcpuRates(vm.vcpus, before.tasks, after.tasks, seconds),
  )
  const sum = sumOfRates(rates)
  if (sum?.runDelay === undefined || sum.cpu + sum.runDelay < leastCpuDemand) return null
  return runDelayShare(sum.runDelay, sum.cpu) ?? null
}
