// Scheduling tiers and real-time density: what was given precedence, and what that leaves for the others.
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
      'vCPU threads by tier: normal policies; round robin; round robin at the top priority; first in, first out or deadline.',
    unit: units.Short,
    decimals: 0,
    lines: scheduling.tiers.map(({ name, members }) => ({ expr: scheduling.countOf(members), legend: name })),
    stacked: true,
  })

export const vcpusByPolicy = (): GraphPanel =>
  timeseries({
    title: 'vCPUs by policy',
    description: 'vCPU threads under each scheduling policy of the kernel.',
    unit: units.Short,
    decimals: 0,
    lines: [{ expr: scheduling.vcpusByPolicy, legend: '{{policy}}' }],
    stacked: true,
  })

export const realtimeDensity = (): GraphPanel =>
  timeseries({
    title: 'Real-time vCPUs per CPU',
    description: 'vCPU threads under a real-time policy per CPU. Too many starve all else on the host.',
    unit: units.Short,
    lines: [{ expr: scheduling.realtimeDensity, legend: '{{instance}}' }],
    limits: [limit('realtime_density_high', 'alert above')],
    links: [graphToHost],
  })

export const delayByPolicy = (): GraphPanel =>
  timeseries({
    title: 'Run delay by policy',
    description:
      'Share of the time that the vCPUs of a policy wanted to run that they waited: what precedence buys.',
    unit: units.PercentUnit,
    lines: [{ expr: scheduling.runDelayByPolicy, legend: '{{policy}}' }],
    limits: [limit('run_delay_high', 'alert of a VM above')],
    noValue: 'no data: this kernel does not count run delay',
  })

export const preempted = (): GraphPanel =>
  timeseries({
    title: 'VMs that lose their CPU most often',
    description: 'Involuntary context switches of vCPU threads; the ten VMs with most.',
    unit: units.OpsPerSecond,
    lines: [{ expr: `topk(10, ${scheduling.involuntary})`, legend: '{{vm}} on {{instance}}' }],
    links: [graphToVm],
  })

export const moving = (): GraphPanel =>
  timeseries({
    title: 'VMs that change CPU most often',
    description:
      'Scrapes at which a vCPU was found on another CPU than before; moves between scrapes do not show.',
    unit: units.Short,
    lines: [{ expr: `topk(10, ${scheduling.moves})`, legend: '{{vm}} on {{instance}}' }],
    links: [graphToVm],
  })

export const overcommit = (): GraphPanel =>
  timeseries({
    title: 'vCPUs per CPU over time',
    description: 'vCPUs of running VMs per logical CPU of the host.',
    unit: units.Short,
    lines: [{ expr: hosts.vcpusPerCpu, legend: '{{instance}}' }],
    noValue: 'no VM',
    links: [graphToHost],
  })
