// The hosts of a fleet, for comparison.
import type { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { tableToHost } from '../links.ts'
import * as hosts from '../queries/hosts.ts'
import * as scheduling from '../queries/scheduling.ts'
import { densitySteps, hostCpuSteps, hostMemorySteps, runDelaySteps } from '../style/judgement-steps.ts'
import { words } from '../style/mappings.ts'
import { stat } from '../style/stat.ts'
import { lowIsBad, noneIsGood } from '../style/steps.ts'
import { table } from '../style/table.ts'

export const hostsUpStat = (): StatPanel =>
  stat({
    title: 'Hosts up',
    description: 'Selected exporters that Prometheus reached at its last scrape.',
    unit: units.Short,
    expr: hosts.hostsUp,
    steps: lowIsBad(1, 1),
  })

export const hostsDownStat = (): StatPanel =>
  stat({
    title: 'Hosts down',
    description:
      'Selected exporters that Prometheus did not reach at its last scrape. Nothing is known about their VMs: check host and exporter.',
    unit: units.Short,
    expr: hosts.hostsDown,
    steps: noneIsGood,
  })

export const hostsTable = (): TablePanel =>
  table({
    title: 'Hosts',
    description:
      'How full each host is, and whether its VMs wait for a CPU. Overcommit is vCPUs per CPU. Real-time density is vCPUs with a real-time policy per CPU.',
    labels: { instance: 'Host' },
    links: { Host: tableToHost },
    sortBy: { name: 'CPU busy', descending: true },
    empty: 'no data: Prometheus scrapes no exporter',
    columns: [
      {
        name: 'Exporter',
        expr: hosts.up,
        unit: units.NoUnit,
        mappings: words({ 0: ['down', 'red'], 1: ['up', 'green'] }),
      },
      { name: 'VMs', expr: hosts.vms, unit: units.Short },
      { name: 'Overcommit', expr: hosts.vcpusPerCpu, unit: units.Short, decimals: 2 },
      {
        name: 'CPU busy',
        expr: hosts.cpuBusy5m,
        unit: units.PercentUnit,
        decimals: 1,
        steps: hostCpuSteps,
      },
      {
        name: 'Run delay',
        expr: scheduling.hostRunDelay5m,
        unit: units.PercentUnit,
        decimals: 1,
        steps: runDelaySteps,
      },
      {
        name: 'Memory available',
        expr: hosts.memoryAvailableShare,
        unit: units.PercentUnit,
        decimals: 1,
        steps: hostMemorySteps,
      },
      {
        name: 'Real-time density',
        expr: scheduling.realtimeDensity,
        unit: units.Short,
        decimals: 2,
        steps: densitySteps,
      },
      {
        name: 'Collectors failing',
        expr: hosts.collectorsFailing,
        unit: units.Short,
        steps: noneIsGood,
      },
    ],
  })
