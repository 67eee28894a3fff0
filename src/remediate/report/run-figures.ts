// What the metrics say of the runs in the journal.
import type { Policy } from '../../policy/schema.ts'
import type { Journal } from '../journal/journal.ts'
import { alertsWithin, endedWithin, openRuns, type RunCounts, runCounts } from '../journal/query.ts'
import type { RunRow } from '../run/store.ts'
import { isOverdue } from './overdue.ts'

/** Long enough to be seen on a dashboard, short enough for the number of series. */
const endedMs = 3_600_000

export interface RunFigures extends RunCounts {
  /** Those that are open, have just ended or need a person, the oldest first. */
  readonly present: readonly RunRow[]
  readonly overdue: number
  /** Of the runs that hold because they help: seconds until their lease cannot be renewed any more. */
  readonly leases: readonly { readonly run: RunRow; readonly seconds: number }[]
  readonly isStorm: boolean
}

export function runFigures(journal: Journal, policy: Policy): RunFigures {
  const { age } = journal.now
  const open = openRuns(journal)
  const { limits, measure } = policy
  return {
    ...runCounts(journal),
    present: [...endedWithin(journal, age, endedMs), ...open].sort((a, b) => a.id - b.id),
    overdue: open.filter((run) => isOverdue(run, policy, age)).length,
    leases: open
      .filter(({ state, byHand }) => state === 'holding' && byHand?.isJudged !== false)
      .map((run) => ({ run, seconds: Math.max(0, measure.lease_total - (age - run.changedAge)) / 1000 })),
    isStorm: alertsWithin(journal, age, limits.storm_period) > limits.storm_alerts,
  }
}
