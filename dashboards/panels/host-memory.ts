// The memory of hosts: what is available, what was promised to VMs, and swap.
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { graphToHost } from '../links.ts'
import * as memory from '../queries/host-memory.ts'
import * as hosts from '../queries/hosts.ts'
import { limit, timeseries } from '../style/timeseries.ts'

export const availableGraph = (): GraphPanel =>
  timeseries({
    title: 'Memory available over time',
    description:
      'Memory that new processes could use without swapping, as a share of the memory outside the pools of huge pages. Below the line an alert fires.',
    unit: units.PercentUnit,
    max: 1,
    lines: [{ expr: hosts.memoryAvailableShare, legend: '{{instance}}' }],
    limits: [limit('host_memory_low', 'alert below')],
    lowestFirst: true,
    links: [graphToHost],
  })

export const memoryGraph = (): GraphPanel =>
  timeseries({
    title: 'Memory by use',
    description:
      'Memory that is not available to new processes, page cache, buffers and free memory. Part of the page cache counts as available. Promised is what processes have allocated, whether they use it or not.',
    unit: units.BytesIEC,
    lines: [
      { expr: memory.used, legend: 'used: {{instance}}' },
      { expr: memory.cached, legend: 'page cache: {{instance}}' },
      { expr: memory.buffers, legend: 'buffers: {{instance}}' },
      { expr: memory.free, legend: 'free: {{instance}}' },
      { expr: memory.committed, legend: 'promised: {{instance}}' },
    ],
  })

export const overcommitGraph = (): GraphPanel =>
  timeseries({
    title: 'Memory given to VMs',
    description:
      'Memory that all VMs of a host may use together, as a share of its memory. Above 100 %, the host relies on KSM, balloons or swap.',
    unit: units.PercentUnit,
    lines: [{ expr: memory.overcommit, legend: '{{instance}}' }],
    noValue: 'no data: the memory of no VM is known',
    links: [graphToHost],
  })

export const swapGraph = (): GraphPanel =>
  timeseries({
    title: 'Swap used',
    description: 'Swap space in use. A VM stops each time it touches a page that is swapped out.',
    unit: units.BytesIEC,
    lines: [{ expr: memory.swapUsed, legend: '{{instance}}' }],
    links: [graphToHost],
  })
