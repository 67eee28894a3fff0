// The runs as the API shows them, and the decisions of people, in the journal.
import { KvminfoError } from '../../errors.ts'
import type { Journal } from '../journal/journal.ts'
import {
  alertsOf,
  eventsOf,
  findRun,
  history,
  keptRuns,
  openRuns,
  type Step,
  type StoredAlert,
  type StoredEvent,
  type StoredWindow,
  stepsOf,
  windowsOf,
} from '../journal/query.ts'
import { isFinal, type Run } from '../journal/run-row.ts'
import { approve, decline } from '../journal/runs.ts'
import { startTickOf } from '../target/identity.ts'

export interface RunDetail {
  readonly run: Run
  readonly steps: readonly Step[]
  readonly windows: readonly StoredWindow[]
  /** State changes with their reasons, the oldest first. */
  readonly events: readonly StoredEvent[]
  /** The alerts that asked for it, as long as they are kept. */
  readonly alerts: readonly StoredAlert[]
}

export type History = ReturnType<typeof historyOf>

type Decided = 'done' | 'unknown' | 'other-plan' | 'not-proposed'

/** Whether its change can be live. What was changed in a process ends with it. */
function canBeLive({ vm, plan }: Run, procfs: string): boolean {
  if (vm === undefined || plan?.takesEffect !== 'live') return true
  return startTickOf(`${procfs}/${vm.pid}/stat`) === vm.startTick
}

export function historyOf(journal: Journal, procfs: string, approvalExpiresMs: () => number) {
  return {
    open: () => openRuns(journal),
    /** Those that have ended and whose change is still in place. */
    kept: () => keptRuns(journal).filter((run) => canBeLive(run, procfs)),
    /** Ended runs with a lower id, the newest first. */
    ended: (before: number, limit: number) =>
      history(journal, { before, limit }).filter(({ state }) => isFinal(state)),
    detail(id: number): RunDetail | undefined {
      const run = findRun(journal, id)
      if (run === undefined) return undefined
      return {
        run,
        steps: stepsOf(journal, id),
        windows: windowsOf(journal, id),
        events: eventsOf(journal, id),
        alerts: alertsOf(journal, id),
      }
    },
    /** Bound to the plan: another one needs another decision. */
    decide(id: number, decision: 'approved' | 'declined', planSha: string | undefined, who: string): Decided {
      const run = findRun(journal, id)
      if (run === undefined) return 'unknown'
      if (run.planSha === undefined) return 'not-proposed'
      const given = { who, how: 'api', planSha: planSha ?? run.planSha }
      if (given.planSha !== run.planSha) return 'other-plan'
      try {
        if (decision === 'approved') approve(journal, id, given, approvalExpiresMs())
        else decline(journal, id, given)
        return 'done'
      } catch (error) {
        if (error instanceof KvminfoError && error.code === 'RUN_CHANGED') return 'not-proposed'
        throw error
      }
    },
  }
}
