// Huge pages: pools and the VMs that use them, transparent huge pages, and VMs that would gain from a pool.
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { graphToVm, tableToHost, tableToVm } from '../links.ts'
import * as memory from '../queries/host-memory.ts'
import * as vmMemory from '../queries/vm-memory.ts'
import { highIsBad } from '../style/steps.ts'
import { table } from '../style/table.ts'
import { limit, timeseries } from '../style/timeseries.ts'
import { thresholdNow } from '../thresholds.ts'

const noPool = 'no data: the host has no pool of huge pages'

export const pools = (): GraphPanel =>
  timeseries({
    title: 'Pools of huge pages',
    description:
      'The used and the free part of each pool, and surplus pages, which exceed the persistent size of the pool.',
    unit: units.BytesIEC,
    lines: [
      { expr: memory.poolUsed, legend: '{{page_size}} used: {{instance}}' },
      { expr: memory.poolFree, legend: '{{page_size}} free: {{instance}}' },
      { expr: memory.poolSurplus, legend: '{{page_size}} surplus: {{instance}}' },
    ],
    noValue: noPool,
  })

export const poolFreeShare = (): GraphPanel =>
  timeseries({
    title: 'Free share of pools',
    description:
      'The part of each pool that no VM uses. Nothing else can use this memory: above the line, make the pool smaller. At 0, no other VM that needs the pool can start.',
    unit: units.PercentUnit,
    max: 1,
    lines: [{ expr: memory.poolFreeShare, legend: '{{page_size}}: {{instance}}' }],
    lowestFirst: true,
    limits: [limit('hugepages_unused', 'unused above')],
    noValue: noPool,
  })

export const transparentShare = (): GraphPanel =>
  timeseries({
    title: 'Transparent huge pages',
    description:
      'Memory in transparent huge pages, relative to the memory that VMs hold outside the pools. Transparent huge pages of other processes count too. Below the line, VMs mostly use pages of 4 KiB, which is slower.',
    unit: units.PercentUnit,
    lines: [{ expr: memory.transparentShare, legend: '{{instance}}' }],
    limits: [limit('hugepages_backed', '4 KiB pages below')],
    noValue: 'no data: no running VM',
  })

export const poolMemoryOfVms = (): GraphPanel =>
  timeseries({
    title: 'VMs in pools of huge pages',
    description:
      'Memory that VMs hold in pages of a pool: the ten VMs with the highest mean over the time range.',
    unit: units.BytesIEC,
    lines: [{ expr: vmMemory.mostHugetlb, legend: '{{vm}} on {{instance}}' }],
    noValue: 'no VM uses a pool',
    links: [graphToVm],
  })

export const withoutPool = (): TablePanel =>
  table({
    title: 'VMs without pool pages',
    description:
      'The bigger and busier a VM is, the more it gains from huge pages. Red: big enough for the alert on small pages.',
    labels: { vm: 'VM', instance: 'Host' },
    links: { VM: tableToVm, Host: tableToHost },
    sortBy: { name: 'Held', descending: true },
    empty: 'none',
    columns: [
      {
        name: 'Held',
        expr: memory.withoutPool,
        unit: units.BytesIEC,
        steps: highIsBad(thresholdNow('memory_big') / 2, thresholdNow('memory_big')),
      },
      { name: 'CPUs used', expr: memory.cpuWithoutPool, unit: units.Short, decimals: 2 },
    ],
  })
