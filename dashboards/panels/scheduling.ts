// How the host schedules vCPU threads, and which VMs wait for a CPU.
import type { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { graphToHost, graphToVm, tableToHost, tableToVm } from '../links.ts'
import * as scheduling from '../queries/scheduling.ts'
import { runDelaySteps } from '../style/judgement-steps.ts'
import { stat } from '../style/stat.ts'
import { table } from '../style/table.ts'
import { limit, timeseries } from '../style/timeseries.ts'

const noDelay = 'no data: this kernel does not count run delay'

export const runDelayStat = (): StatPanel =>
  stat({
    title: 'Run delay',
    description:
      'Time that the vCPUs waited for a CPU, as a share of the time that they ran or waited. The guest sees it as steal time. Not available on a kernel that does not count run delay.',
    unit: units.PercentUnit,
    decimals: 1,
    expr: scheduling.runDelay5m,
    legend: '{{vm}} on {{instance}}',
    steps: runDelaySteps,
  })

export const cpuOfVcpus = (): GraphPanel =>
  timeseries({
    title: 'CPU time by vCPU',
    description:
      'CPU seconds per second of each vCPU thread, including the time that KVM and QEMU spend in it.',
    unit: units.PercentUnit,
    lines: [{ expr: scheduling.cpuOfVcpu, legend: 'vCPU {{vcpu}}: {{vm}} on {{instance}}' }],
  })

export const runDelayOfVcpus = (): GraphPanel =>
  timeseries({
    title: 'Run delay by vCPU',
    description: 'Seconds per second in which each vCPU thread was ready to run but waited for a CPU.',
    unit: units.PercentUnit,
    lines: [{ expr: scheduling.runDelayOfVcpu, legend: 'vCPU {{vcpu}}: {{vm}} on {{instance}}' }],
    noValue: noDelay,
  })

export const contextSwitches = (): GraphPanel =>
  timeseries({
    title: 'Context switches',
    description:
      'Voluntary: the vCPU gave up its CPU, mostly because the guest was idle. Involuntary: the scheduler took the CPU away.',
    unit: units.OpsPerSecond,
    lines: [
      { expr: scheduling.voluntary, legend: 'voluntary: {{vm}} on {{instance}}' },
      { expr: scheduling.involuntary, legend: 'involuntary: {{vm}} on {{instance}}' },
    ],
  })

export const vcpusTable = (): TablePanel =>
  table({
    title: 'vCPU threads',
    description:
      'Policy, nice value or real-time priority, last CPU, CPU time and run delay of each vCPU thread.',
    labels: { vm: 'VM', instance: 'Host', vcpu: 'vCPU', policy: 'Policy' },
    links: { VM: tableToVm, Host: tableToHost },
    sortBy: { name: 'Run delay', descending: true },
    empty: 'no data: no running VM',
    columns: [
      { name: 'Nice', expr: scheduling.niceOfVcpu, unit: units.NoUnit },
      { name: 'Priority', expr: scheduling.priorityOfVcpu, unit: units.NoUnit },
      { name: 'Last CPU', expr: scheduling.lastCpuOfVcpu, unit: units.NoUnit },
      { name: 'CPU used', expr: scheduling.cpuWithPolicy, unit: units.PercentUnit, decimals: 1 },
      {
        name: 'Run delay',
        expr: scheduling.runDelayWithPolicy,
        unit: units.PercentUnit,
        decimals: 1,
        steps: runDelaySteps,
      },
    ],
  })

export const vmsByRunDelay = (): GraphPanel =>
  timeseries({
    title: 'VMs that wait most for a CPU',
    description:
      'Time that the vCPUs waited for a CPU, as a share of the time that they ran or waited: the ten VMs with the highest mean over the time range. Above the line, an alert fires for a busy VM: give it precedence or move VMs to another host.',
    unit: units.PercentUnit,
    lines: [{ expr: scheduling.mostRunDelay, legend: '{{vm}} on {{instance}}' }],
    limits: [limit('run_delay_high', 'alert above')],
    noValue: noDelay,
    links: [graphToVm],
  })

export const hostRunDelay = (): GraphPanel =>
  timeseries({
    title: 'Run delay of hosts',
    description:
      'Time that all vCPUs of a host waited for a CPU, as a share of the time that they ran or waited. If it is high, the host has too little CPU for its VMs.',
    unit: units.PercentUnit,
    lines: [{ expr: scheduling.hostRunDelay5m, legend: '{{instance}}' }],
    limits: [limit('run_delay_high', 'alert per VM above')],
    noValue: noDelay,
    links: [graphToHost],
  })
