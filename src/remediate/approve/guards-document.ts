// The JSON of the guards: what the policy allows, and how much of it is used up.
import type { LoadedPolicy } from '../../policy/policy-file.ts'
import { isWithin, windowText } from '../../policy/windows.ts'
import type { Journal } from '../journal/journal.ts'
import { alertsWithin, changesWithin, openRuns, quarantines } from '../journal/query.ts'
import type { GuardsDocument } from './documents.ts'

const hourMs = 3_600_000
const changing: readonly string[] = ['applying', 'measuring', 'undoing']

export function guardsOf(
  journal: Journal,
  { current, problem }: { readonly current: LoadedPolicy; readonly problem: Error | undefined },
): GuardsDocument {
  const { instances, mode, windows, limits, credentials } = current.policy
  const { at, age } = journal.now
  return {
    instances,
    policy_valid: problem === undefined,
    journal_writable: !journal.isFull && journal.failure === undefined,
    has_approvers: credentials.approver.length > 0,
    mode: mode ?? null,
    windows: windows.map(windowText),
    in_window: isWithin(windows, at),
    limits: {
      at_once: limits.at_once,
      changes_per_hour: limits.changes_per_hour,
      cooldown_seconds: limits.cooldown / 1000,
      attempts_per_day: limits.attempts_per_day,
      storm_alerts: limits.storm_alerts,
      storm_period_seconds: limits.storm_period / 1000,
      approval_expires_seconds: limits.approval_expires / 1000,
    },
    changing: openRuns(journal).filter(({ state }) => changing.includes(state)).length,
    changes_in_hour: changesWithin(journal, age, hourMs),
    alerts_in_storm_period: alertsWithin(journal, age, limits.storm_period),
    quarantines: quarantines(journal, age).map(({ slot, leftMs, reason }) => ({
      slot,
      seconds_left: leftMs === undefined ? null : leftMs / 1000,
      reason,
    })),
  }
}
