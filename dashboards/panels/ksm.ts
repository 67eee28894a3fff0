// Kernel samepage merging: whether it is worth its cost, and whether the host could do without what it saved.
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
const nodes = words({ 0: ['per node', 'text'], 1: ['all nodes', 'text'] })

export const running = (): StatePanel =>
  stateTimeline({
    title: 'KSM',
    description: 'Merging, stopped with the merged pages kept, or stopped with all pages unmerged.',
    expr: ksm.run,
    legend: '{{instance}}',
    mappings: states,
    links: [graphToHost],
  })

export const savings = (): GraphPanel =>
  timeseries({
    title: 'Memory in KSM',
    description:
      'Saved is what merging frees, and kept is the memory of the shared pages. Unique memory was checked without finding a duplicate. Volatile memory changes too fast to be merged.',
    unit: units.BytesIEC,
    lines: [
      { expr: ksm.saved, legend: 'saved: {{instance}}' },
      { expr: ksm.kept, legend: 'kept: {{instance}}' },
      { expr: ksm.unshared, legend: 'unique: {{instance}}' },
      { expr: ksm.volatile, legend: 'volatile: {{instance}}' },
    ],
    noValue: noKsm,
  })

export const wasted = (): GraphPanel =>
  timeseries({
    title: 'Pages checked without success per page saved',
    description:
      'Above the line, KSM costs CPU time and finds little: stop it or make it slower. A host with few pages to check can be ignored.',
    unit: units.Short,
    lines: [{ expr: ksm.wasted, legend: '{{instance}}' }],
    limits: [limit('ksm_wasted', 'wasted above')],
    noValue: noKsm,
  })

export const headroom = (): GraphPanel =>
  timeseries({
    title: 'Memory left if all merged pages were copied',
    description:
      'Available memory minus what KSM saved. A VM that writes to a merged page gets a copy of it. Below zero, the host could not hold all copies.',
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
      'How hard KSM works: pages per round, sleep between rounds, and whether it merges across NUMA nodes.',
    labels: { instance: 'Host' },
    links: { Host: tableToHost },
    empty: noKsm,
    columns: [
      { name: 'State', expr: ksm.run, unit: units.NoUnit, mappings: states },
      { name: 'Pages', expr: ksm.pagesToScan, unit: units.Short },
      { name: 'Sleep', expr: ksm.sleep, unit: units.Seconds },
      { name: 'NUMA', expr: ksm.acrossNodes, unit: units.NoUnit, mappings: nodes },
    ],
  })
