// What a report asks of each host and its VMs, as PromQL. Each value covers one step: a rate over it, or the extreme in
// it. `rate` takes a decrease of a counter for a reset, so restarts of VMs and hosts distort nothing.
//
// It asks for the exporter's own series and not for recorded ones, because those may not be there for the whole range.
import {
  deviceWaitSeconds,
  ioExits,
  kernelSwitches,
  userspaceSwitches,
  userspaceWaitSeconds,
} from '../../metrics/exits.ts'
import { hostCpuSeconds } from '../../metrics/host.ts'
import { meminfoMetrics } from '../../metrics/host-memory.ts'
import { hugepageFreeBytes, hugepagePoolBytes } from '../../metrics/hugepages.ts'
import { ksmMetrics } from '../../metrics/ksm.ts'
import type { Metric } from '../../metrics/metric.ts'
import { vcpuCpuSeconds, vcpuRunDelaySeconds, vcpuSchedInfo } from '../../metrics/vcpu.ts'
import { diskInfo, nicInfo, vmVcpus } from '../../metrics/vm.ts'
import { vmBalloonBytes, vmHugetlbBytes, vmMaxBytes, vmResidentBytes } from '../../metrics/vm-memory.ts'

export interface Window {
  /** Matchers that select one host. */
  readonly host: string
  /** Such as `3600s`. */
  readonly step: string
}

type Query = (window: Window) => string

const select = (metric: Metric, { host }: Window, ...more: string[]): string =>
  `${metric.name}{${[host, ...more].filter(Boolean).join(',')}}`
const rate = (metric: Metric, window: Window, ...more: string[]): string =>
  `rate(${select(metric, window, ...more)}[${window.step}])`
const over = (what: 'min' | 'max' | 'last', metric: Metric, window: Window, ...more: string[]): string =>
  `${what}_over_time(${select(metric, window, ...more)}[${window.step}])`

const meminfo = (field: string): Metric => meminfoMetrics.find((one) => one.field === field)!.metric
const ksmRun = ksmMetrics.find(({ file }) => file === 'run')!.metric

/** Of a host: one series each. */
export const hostQueries = {
  /** CPUs that are busy, time in guests included. idle and iowait are left out because both may decrease. */
  busy: (window) => `sum(${rate(hostCpuSeconds, window, 'mode!~"idle|iowait"')})`,
  /** Logical CPUs. */
  cpus: (window) => `count(${over('last', hostCpuSeconds, window, 'mode="idle"')})`,
  /** Bytes. */
  memory: (window) => `max(${over('last', meminfo('MemTotal'), window)})`,
  available: (window) => `min(${over('min', meminfo('MemAvailable'), window)})`,
  anonymousHuge: (window) => `max(${over('last', meminfo('AnonHugePages'), window)})`,
  /** Pools of huge pages of all sizes and nodes, bytes. */
  pool: (window) => `sum(${over('last', hugepagePoolBytes, window)})`,
  poolFree: (window) => `sum(${over('min', hugepageFreeBytes, window)})`,
  /** vCPU threads with a real-time policy, or 0. */
  realtime: (window) =>
    `count(group by (vm, vcpu) (${over('last', vcpuSchedInfo, window, 'policy=~"fifo|rr"')})) or count(${over('last', vcpuSchedInfo, window)}) * 0`,
  /** 1 while KSM merges. */
  ksm: (window) => `max(${over('last', ksmRun, window)})`,
} as const satisfies Record<string, Query>

/** The wait for QEMU at devices that it emulated at the time. */
const emulatedWait =
  (info: Metric): Query =>
  (window) =>
    `sum by (vm) (rate(${select(deviceWaitSeconds, window)}[${window.step}]) and on (vm, device) ${over('last', info, window, 'emulated="true"')})`

interface VmQuery {
  readonly query: Query
  /** How the parts of a VM that moved within a step are joined. */
  readonly join: 'add' | 'highest'
}

const added = (metric: Metric): VmQuery => ({
  query: (window) => `sum by (vm) (${rate(metric, window)})`,
  join: 'add',
})
const highest = (metric: Metric): VmQuery => ({
  query: (window) => `max by (vm) (${over('max', metric, window)})`,
  join: 'highest',
})

/** Of the VMs of a host: one series for each VM. */
export const vmQueries = {
  /** CPU seconds, and seconds ready but without a CPU, per second. */
  cpu: added(vcpuCpuSeconds),
  delay: added(vcpuRunDelaySeconds),
  /** Per second. */
  kernel: added(kernelSwitches),
  userspace: added(userspaceSwitches),
  io: added(ioExits),
  /** Seconds that vCPUs waited for QEMU, per second: in all, at emulated disks, at emulated NICs. */
  wait: added(userspaceWaitSeconds),
  diskWait: { query: emulatedWait(diskInfo), join: 'add' },
  nicWait: { query: emulatedWait(nicInfo), join: 'add' },
  vcpus: highest(vmVcpus),
  /** Bytes. */
  resident: highest(vmResidentBytes),
  hugetlb: highest(vmHugetlbBytes),
  given: highest(vmMaxBytes),
  /** What the balloon leaves to the guest, at least. */
  balloon: { query: (window) => `min by (vm) (${over('min', vmBalloonBytes, window)})`, join: 'highest' },
} as const satisfies Record<string, VmQuery>

export type HostQuantity = keyof typeof hostQueries
export type VmQuantity = keyof typeof vmQueries
export const hostQuantities = Object.keys(hostQueries) as readonly HostQuantity[]
export const vmQuantities = Object.keys(vmQueries) as readonly VmQuantity[]
