// Huge pages: pools and who uses them, transparent ones, and who could do with some.
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

const noPool = 'no data: no pool of huge pages'

export const pools = (): GraphPanel =>
  timeseries({
    title: 'Pools of huge pages',
    description: 'Used and free part of each pool, and what was taken beyond its persistent size.',
    unit: units.BytesIEC,
    lines: [
      { expr: memory.poolUsed, legend: '{{instance}} {{page_size}} used' },
      { expr: memory.poolFree, legend: '{{instance}} {{page_size}} free' },
      { expr: memory.poolSurplus, legend: '{{instance}} {{page_size}} surplus' },
    ],
    noValue: noPool,
  })

export const poolFreeShare = (): GraphPanel =>
  timeseries({
    title: 'Free share of pools',
    description:
      'Part of each pool that nobody uses and nothing else can use. At 0 no further VM that needs it starts.',
    unit: units.PercentUnit,
    max: 1,
    lines: [{ expr: memory.poolFreeShare, legend: '{{instance}} {{page_size}}' }],
    lowestFirst: true,
    limits: [limit('hugepages_unused', 'unused above')],
    noValue: noPool,
  })

export const transparentShare = (): GraphPanel =>
  timeseries({
    title: 'Transparent huge pages',
    description: "Transparent huge pages per memory of VMs outside the pools; other processes' count too.",
    unit: units.PercentUnit,
    lines: [{ expr: memory.transparentShare, legend: '{{instance}}' }],
    limits: [limit('hugepages_backed', 'VMs count as on 4 KiB pages below')],
    noValue: 'no VM',
  })

export const poolMemoryOfVms = (): GraphPanel =>
  timeseries({
    title: 'VMs in pools of huge pages',
    description: 'Memory that VMs hold in pages of a pool; the ten with most.',
    unit: units.BytesIEC,
    lines: [{ expr: `topk(10, ${vmMemory.hugetlb} > 0)`, legend: '{{vm}} on {{instance}}' }],
    noValue: 'no VM uses a pool',
    links: [graphToVm],
  })

export const withoutPool = (): TablePanel =>
  table({
    title: 'VMs without pool pages',
    description:
      'The bigger and busier a VM, the more it gains from huge pages. Red is big as the alert has it.',
    labels: { vm: 'VM', instance: 'Host' },
    links: { VM: tableToVm, Host: tableToHost },
    sortBy: { name: 'Held', descending: true },
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
