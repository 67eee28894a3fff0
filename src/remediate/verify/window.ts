// One window: what a VM's work cost between two samples of the host, and whether that counts.
import type { VmExits } from '../../model/exits.ts'
import type { Pressure } from '../../model/host.ts'
import type { VmIdentity } from '../../model/remediation.ts'
import { runDelayShare } from '../../model/shares.ts'
import type { Vm } from '../../model/vm.ts'
import { classThresholds } from '../../model/vm-class.ts'
import { exitRates, sumOfRates, type TaskRates, vcpuRates } from '../../observe/rates.ts'
import type { Sample } from '../../observe/sample.ts'
import type { Transfers } from '../../sources/domstats/transfers.ts'
import { startTick } from '../../sources/process/process.ts'
import type { Measurement } from '../actions/action.ts'
import { type Activity, type Metric, workOf } from './work.ts'

/**
 * CPU seconds a second that a VM must use or wait for before its run delay is judged: kvminfo:cpu_active:threshold of
 * alerts/settings.rules.yaml. A contract test compares them.
 */
export const leastCpuDemand = 0.25

/** Windows with less or more than this share of the usual load are not compared. */
export const loadRange = { least: 0.5, most: 2 } as const

/** What the two samples do not hold. */
export interface WindowExtras {
  /** What the VM's disks and NICs had transferred; undefined if that cannot be read. */
  readonly before?: Partial<Transfers> | undefined
  readonly after?: Partial<Transfers> | undefined
  /** What else touched the VM or the host meanwhile, such as `run 12 changed the host`. The window then does not count. */
  readonly disturbance?: string | undefined
}

/** All numbers are finite, so that it can be written to the journal. */
export interface Window {
  readonly seconds: number
  /** Cost per work done (work.ts): a share of time, exits per MiB, or exits per packet. 0 if it was not measured. */
  readonly cost: number
  /** How much the VM wanted to do, and how much it got done; CPU seconds, MiB or packets a second. */
  readonly load: number
  readonly done: number
  /** CPU seconds a second that the VM used or waited for; null if unknown. */
  readonly cpuDemand: number | null
  /** The run delay share of all other VMs together, 0 to 1; null if there are none or they are idle. */
  readonly othersRunDelay: number | null
  /** The share of time in which all tasks of the host stalled (PSI `full`), 0 to 1; null if unknown. */
  readonly memoryStall: number | null
  readonly ioStall: number | null
  /** The sources of the exits, such as `module`; null if the metric does not use them. */
  readonly exitsSource: string | null
  /** Whether the VM did too little to be judged by itself. */
  readonly isIdle: boolean
  /** Why the window does not count; null if it does. */
  readonly whyNot: string | null
}

export function measureWindow(
  before: Sample,
  after: Sample,
  identity: VmIdentity,
  metric: Measurement['metric'],
  extras: WindowExtras = {},
): Window {
  const seconds = after.clock - before.clock
  const nothing = { cost: 0, load: 0, done: 0, cpuDemand: null, exitsSource: null, isIdle: false }
  if (!(seconds > 0) || !Number.isFinite(seconds)) {
    const unknown = { othersRunDelay: null, memoryStall: null, ioStall: null }
    return { seconds: 0, ...nothing, ...unknown, whyNot: 'the two samples are not in order' }
  }
  const beside = {
    seconds,
    othersRunDelay: runDelayOfOthers(before, after, identity, seconds),
    memoryStall: stall('memory', before, after, seconds),
    ioStall: stall('io', before, after, seconds),
  }
  const invalid = (whyNot: string): Window => ({ ...beside, ...nothing, whyNot })
  if (metric === 'none') return invalid('the counters cannot show the effect')
  if (extras.disturbance !== undefined) return invalid(extras.disturbance)
  const [from, to] = [findVm(before, identity), findVm(after, identity)]
  if (from === undefined || to === undefined) return invalid('the VM did not run throughout')
  for (const { state } of [from, to]) {
    if (state !== undefined && state !== 'running') return invalid(`the VM is ${state}`)
  }
  const vcpus = vcpusOf(from, to, before, after, seconds)
  if (typeof vcpus === 'string') return invalid(vcpus)
  const exits = metric === 'run-delay' ? undefined : exitsOf(identity.pid, before, after, seconds)
  if (typeof exits === 'string') return invalid(exits)
  const transfer = transferOf(metric, extras, seconds)
  if (typeof transfer === 'string') return invalid(transfer)
  const work = workOf(metric, { ...vcpus, ...transfer, userspaceSwitches: exits?.userspace })
  if ('missing' in work) return invalid(`not available: ${work.missing}`)
  const isIdle =
    exits === undefined
      ? work.load < leastCpuDemand
      : work.done === 0 || exits.all < classThresholds.activeSwitches
  return {
    ...beside,
    ...work,
    cpuDemand: vcpus.cpu === undefined || vcpus.runDelay === undefined ? null : vcpus.cpu + vcpus.runDelay,
    exitsSource: exits?.source ?? null,
    isIdle,
    whyNot: isIdle ? 'the VM is idle' : null,
  }
}

/** Whether its numbers are right, even if the VM was idle. */
export const isMeasured = ({ whyNot, isIdle }: Window): boolean => whyNot === null || isIdle

/**
 * Why a window with the change cannot be compared with the usual load without it; null if it can. A VM that makes few
 * exits is not idle if it does its usual work: fewer exits is what the change is for.
 */
export function whyNotComparable(
  metric: Metric,
  window: Window,
  usualLoad: number,
  range: { readonly least: number; readonly most: number } = loadRange,
): string | null {
  if (!isMeasured(window)) return window.whyNot
  const share = window.load / usualLoad
  if (!(share >= range.least && share <= range.most))
    return `the load is ${share.toFixed(2)} times the usual one; ${range.least} to ${range.most} times is compared`
  return metric === 'run-delay' ? window.whyNot : null
}

function findVm(sample: Sample, { pid, startTick: tick, uuid }: VmIdentity): Vm | undefined {
  return sample.vms.find(
    (vm) =>
      vm.pid === pid &&
      // Sources differ in start times by a tick.
      Math.abs(startTick(vm.startNs) - tick) <= 1 &&
      (uuid === null || vm.uuid === undefined || vm.uuid.toLowerCase() === uuid),
  )
}

/** The sums of its vCPU threads, or why they cannot be compared. */
function vcpusOf(
  from: Vm,
  to: Vm,
  before: Sample,
  after: Sample,
  seconds: number,
): Pick<Activity, 'cpu' | 'runDelay'> | string {
  const threads = (vm: Vm): string => vm.vcpus.map(({ id, tid }) => `${id}:${tid}`).join(' ')
  if (threads(from) !== threads(to)) return 'a vCPU thread was added, removed or replaced'
  if (before.tasks === undefined || after.tasks === undefined) return 'the vCPU threads cannot be read'
  for (const { id, tid } of to.vcpus) {
    const [one, two] = [before.tasks.get(tid), after.tasks.get(tid)]
    if (one === undefined || two === undefined) return `the thread of vCPU ${id} cannot be read`
    if (Math.abs(startTick(one.startNs) - startTick(two.startNs)) > 1)
      return `the thread of vCPU ${id} was replaced`
  }
  const rates = vcpuRates(to.vcpus, before.tasks, after.tasks, seconds)
  if (rates.includes(undefined)) return 'a counter of a vCPU thread fell'
  const sum = sumOfRates(rates)
  const isPartial = rates.some((one) => one?.runDelay === undefined)
  return { cpu: sum?.cpu, runDelay: isPartial ? undefined : sum?.runDelay }
}

function exitsOf(
  pid: number,
  before: Sample,
  after: Sample,
  seconds: number,
): { userspace: number; all: number; source: string } | string {
  const [one, two] = [sourcesOfExits(before), sourcesOfExits(after)]
  // The module and its fallbacks count differently.
  if (one !== two) return `the source of the exits changed from ${one || 'none'} to ${two || 'none'}`
  const [from, to]: (VmExits | undefined)[] = [before.exits?.get(pid), after.exits?.get(pid)]
  if (from === undefined || to === undefined) return 'the exits of the VM are not available'
  const rates = exitRates(from, to, seconds)
  if (rates === undefined) return 'a counter of the exits fell'
  const { userspaceSwitches, kernelSwitches } = rates
  return { userspace: userspaceSwitches, all: userspaceSwitches + kernelSwitches, source: one }
}

const sourcesOfExits = ({ sources }: Sample): string =>
  sources
    .filter(({ fact, state }) => fact === 'exits' && state === 'in-use')
    .map(({ source }) => source)
    .join('+')

/** What the VM transferred, per second. */
function transferOf(
  metric: Metric,
  { before, after }: WindowExtras,
  seconds: number,
): Pick<Activity, 'bytes' | 'packets'> | string {
  const rate = (from: number | undefined, to: number | undefined): number | undefined =>
    from === undefined || to === undefined ? undefined : (to - from) / seconds
  const rates = {
    bytes: rate(before?.bytes, after?.bytes),
    packets: rate(before?.packets, after?.packets),
  }
  if (metric === 'userspace-per-byte' && (rates.bytes ?? 0) < 0) return 'the counter of the bytes fell'
  if (metric === 'userspace-per-packet' && (rates.packets ?? 0) < 0) return 'the counter of the packets fell'
  return rates
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
  const sum = sumOfRates(rates.filter((one) => one?.runDelay !== undefined))
  if (sum?.runDelay === undefined || sum.cpu + sum.runDelay < leastCpuDemand) return null
  return runDelayShare(sum.runDelay, sum.cpu) ?? null
}

function stall(
  resource: Pressure['resource'],
  before: Sample,
  after: Sample,
  seconds: number,
): number | null {
  const full = ({ pressure }: Sample): number | undefined =>
    pressure?.find((one) => one.resource === resource)?.fullUs
  const [from, to] = [full(before), full(after)]
  if (from === undefined || to === undefined || to < from) return null
  return Math.min(1, (to - from) / 1e6 / seconds)
}
