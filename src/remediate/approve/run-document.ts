// The JSON of runs.
import type { Plan } from '../actions/action.ts'
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

export function planDocument(plan: Plan) {
  return {
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
  }
}

export function detailOf({ run, steps, windows, events, alerts }: RunDetail) {
  return {
    ...summaryOf(run),
    plan: run.plan === undefined ? null : planDocument(run.plan),
    steps: steps.map(({ n, operation, isUndo, phase, answer, at }) => ({
      n,
      operation,
      undo: isUndo,
      phase,
      before: answer?.before ?? null,
      after: answer?.after ?? null,
      reason: answer?.reason ?? null,
      at: iso(at),
    })),
    windows: windows.map(({ phase, window, at }) => ({ phase, at: iso(at), window })),
    alerts: alerts.map(({ fingerprint, startsAt, status, labels, at }) => ({
      fingerprint,
      starts_at: startsAt,
      status,
      labels,
      received: iso(at),
    })),
    events: events.map(({ seq, at, kind, body }) => ({ seq, at: iso(at), kind, body })),
  }
}

export type RunSummary = ReturnType<typeof summaryOf>
export type RunDocument = ReturnType<typeof detailOf>
