// Remediation: what waits for a person, what is being tried, what came of it, and whether it works.
import type { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import type { PanelBuilder as StatePanel } from '@grafana/grafana-foundation-sdk/statetimeline'
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { tableToHost, tableToVm } from '../links.ts'
import * as remediation from '../queries/remediation.ts'
import { infoTable } from '../style/info-table.ts'
import { words } from '../style/mappings.ts'
import { stat } from '../style/stat.ts'
import { stateTimeline } from '../style/state-timeline.ts'
import { noneIsGood } from '../style/steps.ts'
import { table } from '../style/table.ts'
import { limit, timeseries } from '../style/timeseries.ts'

const count = (title: string, description: string, expr: string, isBad = false): StatPanel =>
  stat({ title, description, unit: units.Short, expr, ...(isBad ? { steps: noneIsGood } : {}) })

export const proposedStat = (): StatPanel =>
  count(
    'Waiting for a decision',
    'Proposals that a person must approve or decline, on the page of kvminfo remediate or with its commands.',
    remediation.proposed,
  )

export const triedStat = (): StatPanel =>
  count('Being tried', 'Runs that are being applied, measured or undone now.', remediation.beingTried)

export const holdingStat = (): StatPanel =>
  count(
    'Holding',
    'Real-time tiers that were proven to help and are kept under a lease.',
    remediation.holding,
  )

export const personStat = (): StatPanel =>
  count(
    'Needs a person',
    'Runs that could be neither finished nor undone. The runbook of KvmRemediationFailed says what to do.',
    remediation.needingPerson,
    true,
  )

const state = (
  title: string,
  description: string,
  expr: string,
  [zero, one]: readonly [readonly [string, string], readonly [string, string]],
): StatPanel =>
  stat({
    ...{ title, description, expr },
    unit: units.NoUnit,
    legend: '{{instance}}',
    mappings: words({ 0: zero, 1: one }),
    noValue: 'not scraped',
  })

export const stoppedStat = (): StatPanel =>
  state('Kill switch', 'While it is set, nothing new is changed.', remediation.stopped, [
    ['off', 'green'],
    ['set', 'orange'],
  ])

export const actuatorStat = (): StatPanel =>
  state('Actuator', 'Whether the process that makes the changes answers.', remediation.actuatorUp, [
    ['down', 'red'],
    ['up', 'green'],
  ])

export const policyStat = (): StatPanel =>
  state('Policy', 'While the policy file is broken, nothing new is changed.', remediation.policyValid, [
    ['broken', 'red'],
    ['valid', 'green'],
  ])

export const journalStat = (): StatPanel =>
  state(
    'Journal',
    'Whether the journal can be written and holds what kvminfo remediate wrote.',
    remediation.journalWell,
    [
      ['full or changed', 'red'],
      ['in order', 'green'],
    ],
  )

export const runsTable = (): TablePanel =>
  infoTable({
    title: 'Runs',
    description:
      'Runs that are open, have ended in the last hour, or need a person. `kvminfo remediate show` has everything about a run.',
    expr: remediation.present,
    labels: {
      run: 'Run',
      action: 'Action',
      vm: 'VM',
      instance: 'Host',
      device: 'Device',
      state: 'State',
      verdict: 'Verdict',
    },
    links: { VM: tableToVm, Host: tableToHost },
    empty: 'no run: no alert has asked for a remediation, or kvminfo remediate is not scraped',
  })

const phaseColors = [
  'yellow',
  'orange',
  'blue',
  'green',
  'purple',
  'dark-green',
  'text',
  'text',
  'yellow',
  'red',
] as const

export const runsTimeline = (): StatePanel =>
  stateTimeline({
    title: 'Runs over time',
    description: 'What each run did. A run is shown until an hour after its end.',
    expr: remediation.stateOfRuns,
    legend: 'run {{run}}, {{action}}: {{vm}} on {{instance}}',
    mappings: words(
      Object.fromEntries(
        remediation.phases.map(({ name }, index) => [index + 1, [name, phaseColors[index]!] as const]),
      ),
    ),
  })

export const verdictsTable = (): TablePanel =>
  table({
    title: 'Verdicts in the time range',
    description:
      'Ended runs by action and verdict. What is worse or inconclusive was undone. A placebo changes nothing, so each placebo that improved something is an error of the judge.',
    labels: { action: 'Action', verdict: 'Verdict', instance: 'Host' },
    columns: [{ name: 'Runs', expr: remediation.verdicts, unit: units.Short, decimals: 0 }],
    links: { Host: tableToHost },
    empty: 'no run has ended with a verdict in the time range',
  })

export const changesTable = (): TablePanel =>
  table({
    title: 'Changes in the time range',
    description: 'Runs that began to change the host, by action.',
    labels: { action: 'Action', instance: 'Host' },
    columns: [{ name: 'Runs', expr: remediation.changes, unit: units.Short, decimals: 0 }],
    links: { Host: tableToHost },
    empty: 'nothing was changed in the time range',
  })

export const runsByState = (): GraphPanel =>
  timeseries({
    title: 'Runs in the journal',
    description: 'All runs that the journal knows, by state.',
    unit: units.Short,
    decimals: 0,
    lines: [{ expr: remediation.runsByState, legend: '{{state}}: {{instance}}' }],
    noValue: 'no run yet',
  })

export const alertsGraph = (): GraphPanel =>
  timeseries({
    title: 'Alerts received',
    description:
      'Alerts that Alertmanager sent, and notifications that were refused, such as those without a valid token.',
    unit: units.OpsPerSecond,
    lines: [
      { expr: remediation.alertsReceived, legend: 'alerts: {{instance}}' },
      { expr: remediation.requestsRefused, legend: 'refused notifications: {{instance}}' },
    ],
    noValue: 'no data: kvminfo remediate is not scraped',
  })

export const brakesGraph = (): GraphPanel =>
  timeseries({
    title: 'What goes wrong',
    description:
      'Runs that take longer than they can, leases that nobody has ended, and the storm brake (1 while too many alerts come). All should be 0.',
    unit: units.Short,
    decimals: 0,
    lines: [
      { expr: remediation.overdueRuns, legend: 'overdue runs: {{instance}}' },
      { expr: remediation.overdueLeases, legend: 'overdue leases: {{instance}}' },
      { expr: remediation.storm, legend: 'storm brake: {{instance}}' },
    ],
    noValue: 'no data: kvminfo remediate is not scraped',
  })

export const leaseGraph = (): GraphPanel =>
  timeseries({
    title: 'Leases',
    description:
      'How long the lease of a proven real-time tier can still be renewed. Below the line, decide whether the VM is to have the tier for good.',
    unit: units.Seconds,
    lines: [{ expr: remediation.leaseLeft, legend: 'run {{run}}: {{vm}} on {{instance}}' }],
    limits: [limit('remediation_lease_left', 'alert below')],
    lowestFirst: true,
    noValue: 'no tier is held under a lease',
  })
