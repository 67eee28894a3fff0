// kvminfo remediate: its runs, verdicts and guards. Its scrape job is not that of the exporter.
import { remediationMetrics as metrics } from '../../src/metrics/remediation.ts'
import type { RunState } from '../../src/model/remediation.ts'
import { onHost, perHost, rate } from './selector.ts'

/** The runs of the selected VMs, and those of the host. */
const runs = (...states: readonly RunState[]): string =>
  onHost(metrics.runInfo, 'vm=~"|$vm"', ...(states.length === 0 ? [] : [`state=~"${states.join('|')}"`]))

const countOf = (...states: readonly RunState[]): string => `count(${runs(...states)}) or vector(0)`

export const proposed = countOf('proposed')
export const beingTried = countOf('applying', 'measuring', 'undoing')
export const holding = countOf('holding')
export const needingPerson = countOf('person')

export const stopped = onHost(metrics.stopped)
export const actuatorUp = onHost(metrics.actuatorUp)
export const policyValid = onHost(metrics.policyValid)
/** 1 if it can be written and nobody has changed it. */
export const journalWell = `${onHost(metrics.journalWritable)} * ${onHost(metrics.journalIntact)}`

export const present = runs()

/** What a run does, in the order of its number in `stateOfRuns`, from 1. */
export const phases: readonly { readonly name: string; readonly states: readonly RunState[] }[] = [
  { name: 'waits', states: ['received', 'approved', 'waiting'] },
  { name: 'waits for a person', states: ['proposed'] },
  { name: 'is tried', states: ['applying', 'measuring'] },
  { name: 'holds', states: ['holding'] },
  { name: 'is undone', states: ['undoing'] },
  { name: 'was kept', states: ['kept', 'unproven'] },
  { name: 'was undone', states: ['undone'] },
  { name: 'ended without a change', states: ['refused', 'declined', 'expired', 'obsolete'] },
  { name: 'somebody else changed it', states: ['overridden'] },
  { name: 'needs a person', states: ['person'] },
]

export const stateOfRuns = phases
  .map(({ states }, index) => `max by (${perHost}, run, action, vm) (${runs(...states)}) * ${index + 1}`)
  .join(' or ')

const inRange = (series: string): string => `increase(${series}[$__range] @ end())`

export const verdicts = inRange(onHost(metrics.verdicts))
export const changes = inRange(onHost(metrics.changes))

export const runsByState = `sum by (${perHost}, state) (${onHost(metrics.runs)})`
export const overdueRuns = onHost(metrics.overdueRuns)
export const leaseLeft = onHost(metrics.leaseLeft, 'vm=~"$vm"')
export const overdueLeases = onHost(metrics.overdueLeases)

export const alertsReceived = rate(onHost(metrics.alerts))
export const requestsRefused = rate(onHost(metrics.refusedRequests))
export const storm = onHost(metrics.storm)
