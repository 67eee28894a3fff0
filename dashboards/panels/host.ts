// One host: its hardware and kernel, CPU and pressure, and its busiest VMs.
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
    description: 'Kernel, distribution and CPUs of each selected host.',
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
    widths: { Distribution: 250, CPU: 290 },
    empty: 'no data: no exporter was reached',
  })

export const cpuBusyStat = (): StatPanel =>
  stat({
    title: 'CPU busy',
    description: 'Share of the time that the CPUs of the host were not idle, over 5 minutes.',
    unit: units.PercentUnit,
    decimals: 1,
    expr: hosts.cpuBusy5m,
    legend: '{{instance}}',
    steps: hostCpuSteps,
  })

export const memoryAvailableStat = (): StatPanel =>
  stat({
    title: 'Memory available',
    description:
      'Memory that new processes could use without swapping, as a share of the memory outside the pools of huge pages.',
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
    noValue: 'no running VM',
  })

export const cpuBusyGraph = (): GraphPanel =>
  timeseries({
    title: 'CPU busy over time',
    description:
      'Share of the time that the CPUs of the host were not idle. Above the line, stop KSM: it needs CPU time too.',
    unit: units.PercentUnit,
    max: 1,
    lines: [{ expr: hosts.cpuBusy5m, legend: '{{instance}}' }],
    limits: [limit('host_cpu_high', 'high above')],
  })

export const cpuByMode = (): GraphPanel =>
  timeseries({
    title: 'CPU time by mode',
    description:
      'CPU seconds per second of all CPUs, without idle time. Time in guests is part of user and nice.',
    unit: units.Short,
    lines: [{ expr: hosts.cpuByMode, legend: '{{mode}}: {{instance}}' }],
    stacked: true,
  })

export const cpuInGuests = (): GraphPanel =>
  timeseries({
    title: 'CPU time in guests',
    description:
      'CPU seconds per second in which guests ran, and CPU time of the vCPU threads. The difference is what KVM and QEMU spend for the VMs.',
    unit: units.Short,
    lines: [
      { expr: hosts.cpuInGuests, legend: 'in guests: {{instance}}' },
      { expr: hosts.cpuOfVcpus, legend: 'vCPU threads: {{instance}}' },
    ],
  })

export const pressure = (): GraphPanel =>
  timeseries({
    title: 'Pressure',
    description:
      'Share of the time in which at least one task (some) or every task (all) waited for the resource. The higher, the more the host lacks it.',
    unit: units.PercentUnit,
    lines: [
      { expr: hosts.pressureSome, legend: '{{resource}}, some: {{instance}}' },
      { expr: hosts.pressureFull, legend: '{{resource}}, all: {{instance}}' },
    ],
    noValue: 'no data: this kernel has no pressure stall information; try to boot it with psi=1',
  })

export const busiestVms = (): GraphPanel =>
  timeseries({
    title: 'VMs that use the most CPU',
    description: 'CPUs that the vCPUs of a VM use: the ten VMs with the highest mean over the time range.',
    unit: units.Short,
    lines: [{ expr: scheduling.mostCpu, legend: '{{vm}} on {{instance}}' }],
    links: [graphToVm],
  })

export const mostUserspaceExits = (): GraphPanel =>
  timeseries({
    title: 'VMs with the most exits to QEMU',
    description: 'Exits handed to QEMU: the ten VMs with the highest mean over the time range.',
    unit: units.OpsPerSecond,
    lines: [{ expr: exits.mostUserspaceSwitches, legend: '{{vm}} on {{instance}}' }],
    links: [graphToVm],
  })
