// The exporter itself: its sources, its failures and its cost.

import type { PanelBuilder as StatePanel } from '@grafana/grafana-foundation-sdk/statetimeline'
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import * as hosts from '../queries/hosts.ts'
import { infoTable } from '../style/info-table.ts'
import { words } from '../style/mappings.ts'
import { stateTimeline } from '../style/state-timeline.ts'
import { timeseries } from '../style/timeseries.ts'

export const sources = (): TablePanel =>
  infoTable({
    title: 'Sources in use',
    description:
      'The source of each fact. Exits from a source other than the kernel module are less exact and have no times.',
    expr: hosts.sources,
    labels: { instance: 'Host', fact: 'Fact', source: 'Source' },
    empty: 'no source in use',
  })

export const collectors = (): StatePanel =>
  stateTimeline({
    title: 'Collectors',
    description:
      'Whether each collector provided all of its series. If one failed, the log of the exporter says why.',
    expr: hosts.collectors,
    legend: '{{collector}}: {{instance}}',
    mappings: words({ 0: ['failed', 'red'], 1: ['ok', 'green'] }),
  })

export const collectorSeconds = (): GraphPanel =>
  timeseries({
    title: 'Duration of collectors',
    description: 'Seconds that each collector took in a scrape.',
    unit: units.Seconds,
    lines: [{ expr: hosts.collectorSeconds, legend: '{{collector}}: {{instance}}' }],
    stacked: true,
  })

export const problems = (): GraphPanel =>
  timeseries({
    title: 'Problems with single VMs',
    description:
      'How often series of a VM were missing because of an error, by collector and error code. VM_VANISHED is not a fault.',
    unit: units.OpsPerSecond,
    lines: [{ expr: hosts.problems, legend: '{{collector}} {{code}}: {{instance}}' }],
    noValue: 'none',
  })

export const cost = (): GraphPanel =>
  timeseries({
    title: 'Memory of the exporter',
    description: 'Resident memory of the exporter process.',
    unit: units.BytesIEC,
    lines: [{ expr: hosts.exporterMemory, legend: '{{instance}}' }],
  })

export const cpu = (): GraphPanel =>
  timeseries({
    title: 'CPU time of the exporter',
    description: 'Share of one CPU that the exporter process uses, including scrapes.',
    unit: units.PercentUnit,
    lines: [{ expr: hosts.exporterCpu, legend: '{{instance}}' }],
  })
