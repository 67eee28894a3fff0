// What the hosts and VMs are at the end of the range: devices, scheduling, findings.

import { doctorFinding } from '../../metrics/doctor.ts'
import { hostInfo } from '../../metrics/host.ts'
import type { Metric } from '../../metrics/metric.ts'
import { vcpuNice, vcpuRealtimePriority, vcpuSchedInfo } from '../../metrics/vcpu.ts'
import { diskInfo, nicInfo, vmOwner } from '../../metrics/vm.ts'
import type { Labels, Series } from '../api/answer.ts'
import type { Window } from './quantities.ts'

interface Disk {
  readonly device: string
  readonly bus: string
  readonly isEmulated: boolean
}

interface Nic {
  readonly device: string
  readonly model: string
  readonly isEmulated: boolean
  /** undefined if not known. */
  readonly hasVhost: boolean | undefined
}

export interface Scheduling {
  /** Policies of the vCPU threads, sorted. */
  readonly policies: readonly string[]
  /** Highest real-time priority, 0 if none. */
  readonly priority: number
  readonly realtimeVcpus: number
  /** Lowest nice value; undefined if none has an effect. */
  readonly nice: number | undefined
}

export interface VmNow {
  readonly disks: readonly Disk[]
  readonly nics: readonly Nic[]
  readonly scheduling: Scheduling
  /** Such as `nova: project-a/web`; empty if not known. */
  readonly owner: string
}

export interface HostNow {
  readonly kernel: string
  readonly cpuModel: string
  /** Findings of kvminfo doctor about the host itself. */
  readonly findings: readonly { readonly finding: string; readonly severity: string }[]
  /** By the label `vm`. */
  readonly vms: ReadonlyMap<string, VmNow>
}

export const nowhere: HostNow = { kernel: '', cpuModel: '', findings: [], vms: new Map() }
export const nothingKnown: VmNow = {
  disks: [],
  nics: [],
  scheduling: { policies: [], priority: 0, realtimeVcpus: 0, nice: undefined },
  owner: '',
}

/** `ask` returns the values of the window that ends at the last step with data. */
export async function readPresent(
  window: Window,
  ask: (query: string) => Promise<readonly Series[]>,
): Promise<HostNow> {
  const last = (metric: Metric) => ask(`last_over_time(${metric.name}{${window.host}}[${window.step}])`)
  const disks = await last(diskInfo)
  const nics = await last(nicInfo)
  const policies = await last(vcpuSchedInfo)
  const priorities = await last(vcpuRealtimePriority)
  const nices = await last(vcpuNice)
  const owners = await last(vmOwner)
  const [host] = await last(hostInfo)
  const findings = await last(doctorFinding)

  const named = [disks, nics, policies, owners].flat().map(({ labels }) => labels.vm ?? '')
  const of = (series: readonly Series[]) => Map.groupBy(series, ({ labels }) => labels.vm ?? '')
  const [diskOf, nicOf, policyOf, priorityOf, niceOf, ownerOf] = [
    disks,
    nics,
    policies,
    priorities,
    nices,
    owners,
  ].map(of)
  const vms = new Map(
    [...new Set(named)].map((vm): [string, VmNow] => [
      vm,
      {
        disks: unique(diskOf!.get(vm), diskFrom),
        nics: unique(nicOf!.get(vm), nicFrom),
        scheduling: schedulingOf(policyOf!.get(vm), priorityOf!.get(vm), niceOf!.get(vm)),
        owner: ownerText(ownerOf!.get(vm)?.[0]?.labels),
      },
    ]),
  )
  return {
    kernel: host?.labels.kernel ?? '',
    cpuModel: host?.labels.cpu_model ?? '',
    findings: findings.map(({ labels }) => ({
      finding: labels.finding ?? '',
      severity: labels.severity ?? '',
    })),
    vms,
  }
}

const diskFrom = (labels: Labels): Disk => ({
  device: labels.device ?? '',
  bus: labels.bus ?? '',
  isEmulated: labels.emulated === 'true',
})

const nicFrom = (labels: Labels): Nic => ({
  device: labels.device ?? '',
  model: labels.model ?? '',
  isEmulated: labels.emulated === 'true',
  hasVhost: labels.vhost === 'true' ? true : labels.vhost === 'false' ? false : undefined,
})

/** One for each device: the last series, because a device whose settings changed within the window has two. */
function unique<Device extends { readonly device: string }>(
  series: readonly Series[] | undefined,
  from: (labels: Labels) => Device,
): Device[] {
  return [...new Map((series ?? []).map(({ labels }) => [labels.device, from(labels)])).values()]
}

function schedulingOf(
  policies: readonly Series[] | undefined = [],
  priorities: readonly Series[] | undefined = [],
  nices: readonly Series[] | undefined = [],
): Scheduling {
  const byVcpu = new Map(policies.map(({ labels }) => [labels.vcpu, labels.policy ?? '']))
  const values = (series: readonly Series[]) => series.map(({ points }) => points.at(-1)?.[1] ?? 0)
  return {
    policies: [...new Set(byVcpu.values())].sort(),
    priority: Math.max(0, ...values(priorities)),
    realtimeVcpus: [...byVcpu.values()].filter((policy) => policy === 'fifo' || policy === 'rr').length,
    nice: nices.length === 0 ? undefined : Math.min(...values(nices)),
  }
}

function ownerText(labels: Labels | undefined): string {
  if (labels?.manager === undefined) return ''
  const { manager, group, name } = labels
  return `${manager}: ${[group, name].filter(Boolean).join('/')}`
}
