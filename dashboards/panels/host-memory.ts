// The memory of hosts: what is left, what was promised, swap.
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { graphToHost } from '../links.ts'
import * as memory from '../queries/host-memory.ts'
import * as hosts from '../queries/hosts.ts'
import { limit, timeseries } from '../style/timeseries.ts'

export const availableGraph = (): GraphPanel =>
  timeseries({
    title: 'Memory available over time',
    description: 'Share of the memory outside pools of huge pages that new work could have without swapping.',
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
      'Memory not available to new work, page cache, buffers and free memory; some of the cache counts as available.',
    unit: units.BytesIEC,
    lines: [
      { expr: memory.used, legend: '{{instance}} used' },
      { expr: memory.cached, legend: '{{instance}} page cache' },
      { expr: memory.buffers, legend: '{{instance}} buffers' },
      { expr: memory.free, legend: '{{instance}} free' },
      { expr: memory.committed, legend: '{{instance}} promised to processes' },
    ],
  })

export const overcommitGraph = (): GraphPanel =>
  timeseries({
    title: 'Memory given to VMs',
    description:
      'What all VMs of a host may take together, of all its memory. Above 100 % it rests on KSM, balloons or swap.',
    unit: units.PercentUnit,
    lines: [{ expr: memory.overcommit, legend: '{{instance}}' }],
    noValue: 'no data: no VM whose memory can be told',
    links: [graphToHost],
  })

export const swapGraph = (): GraphPanel =>
  timeseries({
    title: 'Swap used',
    description: 'Swap space in use. A VM that is swapped out stands still wherever it touches such a page.',
    unit: units.BytesIEC,
    lines: [{ expr: memory.swapUsed, legend: '{{instance}}' }],
    links: [graphToHost],
  })
