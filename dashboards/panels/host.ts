// One host: what it is, its CPU and pressure, its busiest VMs.
import type { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { graphToVm } from '../links.ts'
import * as exits from '../queries/exits.ts'
import * as hosts from '../queries/hosts.ts'
import * as scheduling from '../queries/scheduling.ts'
import { infoTable } from '../style/info-table.ts'
import { hostCpuSteps, hostMemorySteps } from '../style/judgement-steps.ts'
import { stat } from '../style/stat.ts'
import { limit, timeseries } from '../style/timeseries.ts'

export const hostTable = (): TablePanel =>
  infoTable({
    title: 'Host',
    description: 'Kernel, distribution and CPUs of each chosen host.',
    expr: hosts.info,
    labels: {
      instance: 'Host',
      kernel: 'Kernel',
      distribution: 'Distribution',
      cpu_model: 'CPU',
      cpus: 'CPUs',
      sockets: 'Sockets',
      virtualization: 'Virtualization',
    },
    noValue: 'exporter not reached',
  })

export const cpuBusyStat = (): StatPanel =>
  stat({
    title: 'CPU busy',
    description: 'Share of the time of its CPUs that the host was not idle, over 5 minutes.',
    unit: units.PercentUnit,
    decimals: 1,
    expr: hosts.cpuBusy5m,
    legend: '{{instance}}',
    steps: hostCpuSteps,
  })

export const memoryAvailableStat = (): StatPanel =>
  stat({
    title: 'Memory available',
    description: 'Share of the memory outside pools of huge pages that new work could have without swapping.',
    unit: units.PercentUnit,
    decimals: 1,
    expr: hosts.memoryAvailableShare,
    legend: '{{instance}}',
    steps: hostMemorySteps,
  })

export const overcommitStat = (): StatPanel =>
  stat({
    title: 'vCPUs per CPU',
    description: 'vCPUs of running VMs per logical CPU of the host.',
    unit: units.Short,
    decimals: 2,
    expr: hosts.vcpusPerCpu,
    legend: '{{instance}}',
    noValue: 'no VM',
  })

export const cpuBusyGraph = (): GraphPanel =>
  timeseries({
    title: 'CPU busy over time',
    description: 'Share of the time of its CPUs that the host was not idle. Above the line KSM should rest.',
    unit: units.PercentUnit,
    max: 1,
    lines: [{ expr: hosts.cpuBusy5m, legend: '{{instance}}' }],
    limits: [limit('host_cpu_high', 'high above')],
  })

export const cpuByMode = (): GraphPanel =>
  timeseries({
    title: 'CPU time by mode',
    description:
      'CPU seconds per second of all CPUs, idle time left out. Time in guests is part of user and nice.',
    unit: units.Short,
    lines: [{ expr: hosts.cpuByMode, legend: '{{instance}} {{mode}}' }],
    stacked: true,
  })

export const cpuInGuests = (): GraphPanel =>
  timeseries({
    title: 'CPU time in guests',
    description:
      'CPU seconds per second that guests ran. What VMs use beyond it is spent by KVM and QEMU for them.',
    unit: units.Short,
    lines: [
      { expr: hosts.cpuInGuests, legend: '{{instance}} in guests' },
      { expr: hosts.cpuOfVcpus, legend: '{{instance}} vCPU threads' },
    ],
  })

export const pressure = (): GraphPanel =>
  timeseries({
    title: 'Pressure',
    description:
      'Share of the time in which at least one task waited for the resource, and in which all did.',
    unit: units.PercentUnit,
    lines: [
      { expr: hosts.pressureSome, legend: '{{instance}} {{resource}}, some' },
      { expr: hosts.pressureFull, legend: '{{instance}} {{resource}}, all' },
    ],
    noValue: 'no data: this kernel has no pressure stall information (psi=1)',
  })

export const busiestVms = (): GraphPanel =>
  timeseries({
    title: 'VMs that use most CPU',
    description: 'CPUs used by the vCPUs of the ten busiest VMs.',
    unit: units.Short,
    lines: [{ expr: `topk(10, ${scheduling.cpu5m})`, legend: '{{vm}} on {{instance}}' }],
    links: [graphToVm],
  })

export const mostHandovers = (): GraphPanel =>
  timeseries({
    title: 'VMs with most exits to QEMU',
    description: 'Exits handed over to QEMU by the ten VMs that do so most.',
    unit: units.OpsPerSecond,
    lines: [{ expr: `topk(10, ${exits.userspaceSwitches5m})`, legend: '{{vm}} on {{instance}}' }],
    links: [graphToVm],
  })
