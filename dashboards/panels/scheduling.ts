// How the host schedules vCPU threads, and who waits.
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
      'Share of the time it wanted to run that the VM waited for a CPU; its guest sees it as steal. None on a kernel that does not count it.',
    unit: units.PercentUnit,
    decimals: 1,
    expr: scheduling.runDelay5m,
    legend: '{{vm}} on {{instance}}',
    steps: runDelaySteps,
  })

export const cpuOfVcpus = (): GraphPanel =>
  timeseries({
    title: 'CPU time by vCPU',
    description: 'Seconds per second that each vCPU thread had a CPU, guest and host side together.',
    unit: units.PercentUnit,
    lines: [{ expr: scheduling.cpuOfVcpu, legend: '{{vm}} on {{instance}}: vCPU {{vcpu}}' }],
  })

export const runDelayOfVcpus = (): GraphPanel =>
  timeseries({
    title: 'Run delay by vCPU',
    description: 'Seconds per second that each vCPU thread could run but waited for a CPU.',
    unit: units.PercentUnit,
    lines: [{ expr: scheduling.runDelayOfVcpu, legend: '{{vm}} on {{instance}}: vCPU {{vcpu}}' }],
    noValue: noDelay,
  })

export const contextSwitches = (): GraphPanel =>
  timeseries({
    title: 'Context switches',
    description:
      'Voluntary: a vCPU gave up its CPU, mostly as the guest was idle. Involuntary: the CPU was taken from it.',
    unit: units.OpsPerSecond,
    lines: [
      { expr: scheduling.voluntary, legend: '{{vm}} on {{instance}}: voluntary' },
      { expr: scheduling.involuntary, legend: '{{vm}} on {{instance}}: involuntary' },
    ],
  })

export const vcpusTable = (): TablePanel =>
  table({
    title: 'vCPU threads',
    description: 'Policy, nice value or real-time priority, and last CPU of each vCPU thread.',
    labels: { vm: 'VM', instance: 'Host', vcpu: 'vCPU', policy: 'Policy' },
    links: { VM: tableToVm, Host: tableToHost },
    sortBy: { name: 'Run delay', descending: true },
    columns: [
      { name: 'Nice', expr: scheduling.niceOfVcpu, unit: units.NoUnit },
      { name: 'Real-time priority', expr: scheduling.priorityOfVcpu, unit: units.NoUnit },
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
    description: 'The ten VMs with the highest share of run delay in the time they wanted to run.',
    unit: units.PercentUnit,
    lines: [{ expr: `topk(10, ${scheduling.runDelay5m})`, legend: '{{vm}} on {{instance}}' }],
    limits: [limit('run_delay_high', 'alert above')],
    noValue: noDelay,
    links: [graphToVm],
  })

export const hostRunDelay = (): GraphPanel =>
  timeseries({
    title: 'Run delay of hosts',
    description:
      'Share of the time all VMs of a host wanted to run that they waited: the host has too little CPU.',
    unit: units.PercentUnit,
    lines: [{ expr: scheduling.hostRunDelay5m, legend: '{{instance}}' }],
    limits: [limit('run_delay_high', 'alert of a VM above')],
    noValue: noDelay,
    links: [graphToHost],
  })
