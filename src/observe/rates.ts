// How fast counters rose between two samples. If a counter fell, it was reset somewhere in between: the rates are then
// undefined rather than wrong.
import type { VcpuExits, VmExits, Waits } from '../model/exits.ts'
import type { CpuTime } from '../model/host.ts'
import type { Task } from '../model/task.ts'
import { secondsFromNs } from '../model/time.ts'
import type { Vcpu } from '../model/vm.ts'

/** Exits per second. */
export interface ExitRates {
  readonly kernelSwitches: number
  readonly userspaceSwitches: number
  readonly io: number
  readonly exceptions: number | undefined
  /** Seconds per second, of all vCPUs together; undefined if the source does not measure time. */
  readonly kernelSeconds: number | undefined
  readonly haltSeconds: number | undefined
  readonly userspaceWaitSeconds: number | undefined
}

/** `seconds` is the time between the two. undefined if one of them is missing or a counter fell. */
export function exitRates(
  before: VmExits | undefined,
  now: VmExits | undefined,
  seconds: number,
): ExitRates | undefined {
  if (before === undefined || now === undefined) return undefined
  const rate = (count: (exits: VmExits) => number) => (count(now) - count(before)) / seconds
  const optional = (count: (exits: VmExits) => number | undefined) => {
    const [from, to] = [count(before), count(now)]
    return from === undefined || to === undefined ? undefined : (to - from) / seconds
  }
  const rates: ExitRates = {
    kernelSwitches: rate((exits) => exits.kernelSwitches),
    userspaceSwitches: rate((exits) => exits.userspaceSwitches),
    io: rate((exits) => exits.io),
    exceptions: optional((exits) => exits.exceptions),
    kernelSeconds: secondsFromNs(optional((exits) => exits.kernelNs)),
    haltSeconds: secondsFromNs(optional((exits) => exits.haltNs)),
    userspaceWaitSeconds: secondsFromNs(optional((exits) => exits.userspaceNs)),
  }
  return Object.values(rates).some((value: number | undefined) => value !== undefined && value < 0)
    ? undefined
    : rates
}

/** Seconds per second. */
export interface TaskRates {
  readonly cpu: number
  /** undefined if the kernel does not count it. */
  readonly runDelay: number | undefined
}

/** undefined if one of the two is missing, or if another thread has the same ID now. */
export function taskRates(
  before: Task | undefined,
  now: Task | undefined,
  seconds: number,
): TaskRates | undefined {
  if (before === undefined || now === undefined || isOtherThread(before, now)) return undefined
  const cpu = secondsFromNs(now.cpuNs - before.cpuNs) / seconds
  if (before.runDelayNs === undefined || now.runDelayNs === undefined) return { cpu, runDelay: undefined }
  return { cpu, runDelay: secondsFromNs(now.runDelayNs - before.runDelayNs) / seconds }
}

/**
 * The counts of a thread never fall while it lives. A fall is better evidence than another start time, because sources
 * differ in start times by a tick.
 */
function isOtherThread(before: Task, now: Task): boolean {
  return now.cpuNs < before.cpuNs || (now.runDelayNs ?? 0) < (before.runDelayNs ?? 0)
}

/** The rates of each vCPU, in the order of `vcpus`. */
export function vcpuRates(
  vcpus: readonly Vcpu[],
  before: ReadonlyMap<number, Task> | undefined,
  now: ReadonlyMap<number, Task> | undefined,
  seconds: number,
): (TaskRates | undefined)[] {
  return vcpus.map(({ tid }) => taskRates(before?.get(tid), now?.get(tid), seconds))
}

/** Per second, of one vCPU thread. */
export interface VcpuExitRates {
  readonly exits: number
  readonly userspaceSwitches: number
  /** Seconds per second; undefined if the source does not measure time. */
  readonly userspaceWaitSeconds: number | undefined
}

/** The rates of each vCPU, in the order of `vcpus`; undefined where the source does not count it, or counted from zero again. */
export function vcpuExitRates(
  vcpus: readonly Vcpu[],
  before: ReadonlyMap<number, VcpuExits> | undefined,
  now: ReadonlyMap<number, VcpuExits> | undefined,
  seconds: number,
): (VcpuExitRates | undefined)[] {
  return vcpus.map(({ tid }) => {
    const [from, to] = [before?.get(tid), now?.get(tid)]
    if (from === undefined || to === undefined || to.exits < from.exits) return undefined
    const waited =
      from.userspaceNs === undefined || to.userspaceNs === undefined
        ? undefined
        : to.userspaceNs - from.userspaceNs
    return {
      exits: (to.exits - from.exits) / seconds,
      userspaceSwitches: (to.userspaceSwitches - from.userspaceSwitches) / seconds,
      userspaceWaitSeconds: waited === undefined ? undefined : secondsFromNs(waited) / seconds,
    }
  })
}

/** Per second, by name. */
export interface WaitRate {
  readonly name: string
  readonly perSecond: number
  /** Seconds per second; undefined if the source does not measure time. */
  readonly waitSeconds: number | undefined
}

/** The names that rose: those that cost most time first, or the most frequent if time is not measured. */
export function waitRates(
  before: ReadonlyMap<string, Waits> | undefined,
  now: ReadonlyMap<string, Waits>,
  seconds: number,
): WaitRate[] {
  return [...now]
    .map(([name, { count, ns }]) => {
      const from = before?.get(name) ?? { count: 0, ns: 0 }
      const waited = ns === undefined || from.ns === undefined ? undefined : Math.max(0, ns - from.ns)
      return {
        name,
        perSecond: Math.max(0, count - from.count) / seconds,
        waitSeconds: waited === undefined ? undefined : secondsFromNs(waited) / seconds,
      }
    })
    .filter(({ perSecond }) => perSecond > 0)
    .sort((a, b) => (b.waitSeconds ?? b.perSecond) - (a.waitSeconds ?? a.perSecond))
}

/** The sum over the vCPUs that are in both samples; undefined if there are none. */
export function sumOfRates(vcpus: readonly (TaskRates | undefined)[]): TaskRates | undefined {
  let cpu: number | undefined
  let runDelay: number | undefined
  for (const rates of vcpus) {
    if (rates === undefined) continue
    cpu = (cpu ?? 0) + rates.cpu
    if (rates.runDelay !== undefined) runDelay = (runDelay ?? 0) + rates.runDelay
  }
  return cpu === undefined ? undefined : { cpu, runDelay }
}

/** Share of the host's CPU time that was not idle, 0 to 1, as in the record instance:kvminfo_host_cpu_busy. */
export function cpuBusyShare(
  before: readonly CpuTime[] | undefined,
  now: readonly CpuTime[] | undefined,
): number | undefined {
  if (before === undefined || now === undefined) return undefined
  const [from, to] = [cpuTotals(before), cpuTotals(now)]
  const all = to.all - from.all
  const idle = to.idle - from.idle
  // When a CPU goes offline, its time disappears from the totals.
  return all > 0 && idle >= 0 ? Math.max(0, 1 - idle / all) : undefined
}

/** Modes whose time is already part of user and nice. */
const withinOthers = new Set(['guest', 'guest_nice'])

function cpuTotals(cpus: readonly CpuTime[]): { all: number; idle: number } {
  let all = 0
  let idle = 0
  for (const { seconds } of cpus) {
    for (const [mode, value] of seconds) {
      if (withinOthers.has(mode)) continue
      all += value
      if (mode === 'idle' || mode === 'iowait') idle += value
    }
  }
  return { all, idle }
}
