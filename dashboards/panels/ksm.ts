// Kernel samepage merging: whether it earns its cost, and whether the host could do without what it saved.
import type { PanelBuilder as StatePanel } from '@grafana/grafana-foundation-sdk/statetimeline'
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { graphToHost, tableToHost } from '../links.ts'
import * as ksm from '../queries/ksm.ts'
import { words } from '../style/mappings.ts'
import { stateTimeline } from '../style/state-timeline.ts'
import { table } from '../style/table.ts'
import { limit, timeseries } from '../style/timeseries.ts'

const noKsm = 'no data: this kernel has no KSM'
const states = words({ 0: ['stopped', 'blue'], 1: ['merging', 'green'], 2: ['unmerged', 'orange'] })
const yesNo = words({ 0: ['no', 'text'], 1: ['yes', 'text'] })

export const running = (): StatePanel =>
  stateTimeline({
    title: 'KSM',
    description:
      'Whether KSM merges, is stopped and keeps what it merged, or is stopped with all pages unmerged.',
    expr: ksm.run,
    legend: '{{instance}}',
    mappings: states,
    links: [graphToHost],
  })

export const savings = (): GraphPanel =>
  timeseries({
    title: 'Memory in KSM',
    description:
      'Memory saved, memory kept in its place, memory checked in vain, and memory that changes too fast.',
    unit: units.BytesIEC,
    lines: [
      { expr: ksm.saved, legend: '{{instance}} saved' },
      { expr: ksm.kept, legend: '{{instance}} kept' },
      { expr: ksm.unshared, legend: '{{instance}} checked in vain' },
      { expr: ksm.volatile, legend: '{{instance}} changes too fast' },
    ],
    noValue: noKsm,
  })

export const wasted = (): GraphPanel =>
  timeseries({
    title: 'Pages checked in vain per page saved',
    description: 'High: KSM costs CPU time and finds little, unless it has few pages to check at all.',
    unit: units.Short,
    lines: [{ expr: ksm.wasted, legend: '{{instance}}' }],
    limits: [limit('ksm_wasted', 'wasted above')],
    noValue: noKsm,
  })

export const headroom = (): GraphPanel =>
  timeseries({
    title: 'Memory left if every merged page were written to',
    description: 'Available memory less what KSM saved. Below zero the host could not hold the copies.',
    unit: units.BytesIEC,
    min: 'auto',
    lowestFirst: true,
    lines: [{ expr: ksm.headroom, legend: '{{instance}}' }],
    noValue: noKsm,
    links: [graphToHost],
  })

export const settings = (): TablePanel =>
  table({
    title: 'KSM settings',
    description:
      'How hard KSM works: pages per round and sleep between rounds, and whether it merges across NUMA nodes.',
    labels: { instance: 'Host' },
    links: { Host: tableToHost },
    columns: [
      { name: 'State', expr: ksm.run, unit: units.NoUnit, mappings: states },
      { name: 'Pages', expr: ksm.pagesToScan, unit: units.Short },
      { name: 'Sleep', expr: ksm.sleep, unit: units.Seconds },
      { name: 'Across nodes', expr: ksm.acrossNodes, unit: units.NoUnit, mappings: yesNo },
    ],
  })
