// The history as the API shows it, from the journal.
import { KvminfoError } from '../../errors.ts'
import type { Journal } from '../journal/journal.ts'
import { alertsOf, eventsOf, findRun, history, openRuns, stepsOf, windowsOf } from '../journal/query.ts'
import { isFinal } from '../journal/run-row.ts'
import { approve, decline } from '../journal/runs.ts'
import type { History } from './history.ts'

export function historyOf(journal: Journal, approvalExpiresMs: () => number): History {
  return {
    open: () => openRuns(journal),
    ended: (before, limit) => history(journal, { before, limit }).filter(({ state }) => isFinal(state)),
    detail(id) {
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
    decide(id, decision, planSha, who) {
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
