// The exporter itself: where its numbers come from, what failed, what it costs.

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
      'Where each fact is read from. Exits read from anything but the module are less exact and lack time.',
    expr: hosts.sources,
    labels: { instance: 'Host', fact: 'Fact', source: 'Source' },
    noValue: 'no source in use',
  })

export const collectors = (): StatePanel =>
  stateTimeline({
    title: 'Collectors',
    description: 'Whether each collector could give all its series; the log of the exporter says why not.',
    expr: hosts.collectors,
    legend: '{{instance}} {{collector}}',
    mappings: words({ 0: ['failed', 'red'], 1: ['ok', 'green'] }),
  })

export const collectorSeconds = (): GraphPanel =>
  timeseries({
    title: 'Time of collectors',
    description: 'Seconds each collector took in a scrape.',
    unit: units.Seconds,
    lines: [{ expr: hosts.collectorSeconds, legend: '{{instance}} {{collector}}' }],
    stacked: true,
  })

export const problems = (): GraphPanel =>
  timeseries({
    title: 'Problems with single VMs',
    description: 'Times a VM cost itself series, by collector and error code. VM_VANISHED is no fault.',
    unit: units.OpsPerSecond,
    lines: [{ expr: hosts.problems, legend: '{{instance}} {{collector}} {{code}}' }],
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
    description: 'Share of one CPU that the exporter process uses, scrapes and all.',
    unit: units.PercentUnit,
    lines: [{ expr: hosts.exporterCpu, legend: '{{instance}}' }],
  })
