// What kvminfo remediate says of itself.
import { counter, gauge, info, type Metric } from './metric.ts'

export const remediationMetrics = {
  buildInfo: info('kvminfo_remediation_build_info', 'Version of kvminfo remediate, always 1.', ['version']),
  requests: counter(
    'kvminfo_remediation_webhook_requests_total',
    'Notifications that were accepted from Alertmanager.',
  ),
  refusedRequests: counter(
    'kvminfo_remediation_webhook_refused_total',
    'Notifications that were refused: without a valid token, malformed, or too large.',
  ),
  alerts: counter('kvminfo_remediation_alerts_total', 'Alerts in accepted notifications.'),
  runs: gauge('kvminfo_remediation_runs', 'Runs in the journal by action and state.', ['action', 'state']),
  runInfo: info(
    'kvminfo_remediation_run_info',
    'A run that is open, has ended in the last hour, or needs a person, always 1: its number, action, VM (empty for the host), device (may be empty), state and verdict (empty before there is one).',
    ['run', 'action', 'vm', 'device', 'state', 'verdict'],
  ),
  changes: counter(
    'kvminfo_remediation_changes_total',
    'Runs that have begun to change the host, by action.',
    ['action'],
  ),
  verdicts: counter(
    'kvminfo_remediation_verdicts_total',
    'Ended runs by action and verdict. The share of `improved` among those of action `placebo`, which change nothing, is the rate of false positives on this host.',
    ['action', 'verdict'],
  ),
  overdueRuns: gauge(
    'kvminfo_remediation_overdue_runs',
    'Runs that have been applied, measured or undone for longer than that can take.',
  ),
  leaseLeft: gauge(
    'kvminfo_remediation_lease_left_seconds',
    'Seconds until a run that holds is undone although it helps, because its lease cannot be renewed any more (measure.lease_total of the policy).',
    ['run', 'vm'],
  ),
  overdueLeases: gauge(
    'kvminfo_remediation_overdue_leases',
    'Leases of real-time policies that ended more than a minute ago and that neither the actuator nor the sweep has ended.',
  ),
  actuatorUp: gauge('kvminfo_remediation_actuator_up', 'Whether the actuator answers (1) or not (0).'),
  storm: gauge(
    'kvminfo_remediation_storm',
    '1 while nothing is planned because too many alerts came (limits.storm_alerts of the policy).',
  ),
  stopped: gauge('kvminfo_remediation_stopped', '1 while the kill switch is set.'),
  policyValid: gauge(
    'kvminfo_remediation_policy_valid',
    '0 while the policy file is broken; nothing new is changed then.',
  ),
  journalWritable: gauge(
    'kvminfo_remediation_journal_writable',
    '0 while the journal can take no new intents, because its disk is full or has failed.',
  ),
  journalIntact: gauge(
    'kvminfo_remediation_journal_intact',
    '0 once an event of the journal was found to be changed or missing. The program checks new events every minute and all events once a day.',
  ),
} as const satisfies Readonly<Record<string, Metric>>

/** In the order in which the documentation shows them. */
export const remediationCatalog: readonly Metric[] = Object.values(remediationMetrics)
