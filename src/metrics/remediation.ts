// What kvminfo remediate says of itself.
import { counter, gauge } from './metric.ts'

export const remediationMetrics = {
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
  verdicts: counter(
    'kvminfo_remediation_verdicts_total',
    'Ended runs by action and verdict. The share of `improved` among those of action `placebo`, which change nothing, is the rate of false positives on this host.',
    ['action', 'verdict'],
  ),
  stopped: gauge('kvminfo_remediation_stopped', '1 while the kill switch is set.'),
  policyValid: gauge(
    'kvminfo_remediation_policy_valid',
    '0 while the policy file is broken; nothing new is changed then.',
  ),
  journalWritable: gauge(
    'kvminfo_remediation_journal_writable',
    '0 while the journal can take no new intents, because its disk is full.',
  ),
  oldestOpen: gauge(
    'kvminfo_remediation_oldest_open_run_seconds',
    'Age of the oldest run that is being applied, measured or undone.',
  ),
} as const
