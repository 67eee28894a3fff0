// The JSON of runs.
import type { RunRow } from '../run/store.ts'
import type { RunDetail } from './history.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

export function summaryOf(run: RunRow) {
  return {
    id: run.id,
    action: run.action,
    vm: run.vm?.label ?? null,
    uuid: run.vm?.uuid ?? null,
    device: run.device ?? null,
    mode: run.mode,
    state: run.state,
    verdict: run.verdict ?? null,
    reason: run.reason ?? null,
    plan_sha: run.planSha ?? null,
    created: iso(run.createdAt),
    changed: iso(run.changedAt),
  }
}

export function detailOf({ run, steps, windows, events }: RunDetail) {
  const { plan } = run
  return {
    ...summaryOf(run),
    plan:
      plan === undefined
        ? null
        : {
            changes: plan.changes,
            takes_effect: plan.takesEffect,
            leased: plan.isLeased,
            preconditions: plan.preconditions,
            risk: plan.risk,
            owner: plan.owner,
            judged: plan.measurement.text,
            undo: plan.undo,
            commands: plan.commands,
            diff: plan.diff ?? null,
          },
    steps: steps.map((step) => ({
      n: step.n,
      operation: step.operation,
      undo: step.isUndo,
      phase: step.phase,
      before: step.before ?? null,
      after: step.after ?? null,
      reason: step.reason ?? null,
      at: iso(step.at),
    })),
    windows,
    events: events.map(({ at, kind, body }) => ({ at: iso(at), kind, body })),
  }
}

export type RunSummary = ReturnType<typeof summaryOf>
export type RunDocument = ReturnType<typeof detailOf>
