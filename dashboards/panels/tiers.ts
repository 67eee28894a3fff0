// Scheduling tiers and real-time density: which vCPUs have precedence, and what that leaves for the others.
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { graphToHost, graphToVm } from '../links.ts'
import * as hosts from '../queries/hosts.ts'
import * as scheduling from '../queries/scheduling.ts'
import { limit, timeseries } from '../style/timeseries.ts'

export const vcpusByTier = (): GraphPanel =>
  timeseries({
    title: 'vCPUs by tier',
    description:
      'vCPU threads in each tier. Tier 1: normal policies. Tier 2: round robin. Tier 3: round robin at the top priority. Tier 4: first in, first out, or deadline.',
    unit: units.Short,
    decimals: 0,
    lines: scheduling.tiers.map(({ name, members }) => ({ expr: scheduling.countOf(members), legend: name })),
    stacked: true,
  })

export const vcpusByPolicy = (): GraphPanel =>
  timeseries({
    title: 'vCPUs by policy',
    description: 'vCPU threads with each scheduling policy of the kernel.',
    unit: units.Short,
    decimals: 0,
    lines: [{ expr: scheduling.vcpusByPolicy, legend: '{{policy}}' }],
    stacked: true,
  })

export const realtimeDensity = (): GraphPanel =>
  timeseries({
    title: 'Real-time vCPUs per CPU',
    description:
      'vCPU threads with a real-time policy per CPU. Above the line they may starve everything else on the host: give fewer VMs a real-time policy.',
    unit: units.Short,
    decimals: 2,
    lines: [{ expr: scheduling.realtimeDensity, legend: '{{instance}}' }],
    limits: [limit('realtime_density_high', 'alert above')],
    links: [graphToHost],
  })

export const delayByPolicy = (): GraphPanel =>
  timeseries({
    title: 'Run delay by policy',
    description:
      'Time that the vCPUs with a policy waited for a CPU, as a share of the time that they ran or waited. The difference between policies is the benefit of precedence.',
    unit: units.PercentUnit,
    lines: [{ expr: scheduling.runDelayByPolicy, legend: '{{policy}}' }],
    limits: [limit('run_delay_high', 'alert per VM above')],
    noValue: 'no data: this kernel does not count run delay',
  })

export const preempted = (): GraphPanel =>
  timeseries({
    title: 'VMs that lose their CPU most often',
    description:
      'Involuntary context switches of vCPU threads: the ten VMs with the highest rate over the time range.',
    unit: units.OpsPerSecond,
    lines: [{ expr: scheduling.mostInvoluntary, legend: '{{vm}} on {{instance}}' }],
    links: [graphToVm],
  })

export const moving = (): GraphPanel =>
  timeseries({
    title: 'VMs that change their CPU most often',
    description:
      'How often a scrape found a vCPU on another CPU than the scrape before: the ten VMs with the most changes over the time range. Changes between two scrapes are not visible.',
    unit: units.Short,
    lines: [{ expr: scheduling.mostMoves, legend: '{{vm}} on {{instance}}' }],
    links: [graphToVm],
  })

export const overcommit = (): GraphPanel =>
  timeseries({
    title: 'vCPUs per CPU over time',
    description: 'vCPUs of running VMs per logical CPU of the host.',
    unit: units.Short,
    decimals: 2,
    lines: [{ expr: hosts.vcpusPerCpu, legend: '{{instance}}' }],
    noValue: 'no data: no running VM',
    links: [graphToHost],
  })
