// The JSON of runs.
import type { Plan } from '../actions/action.ts'
import type { RunRow } from '../run/store.ts'
import { switchbackBlocks, windowsPerBlock } from '../verify/switchback.ts'
import type { PlanDocument, RunDocument, RunSummary } from './documents.ts'
import type { RunDetail } from './history.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

/** `waits`: what it waits for before it can go on; undefined if nothing is known. */
export function summaryOf(run: RunRow, waits: string | undefined): RunSummary {
  const { byHand } = run
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
    waits: waits ?? null,
    by_hand:
      byHand === undefined
        ? null
        : {
            who: byHand.who,
            judged: byHand.isJudged,
            lasts_seconds: byHand.forMs === null ? null : byHand.forMs / 1000,
            forced_because: byHand.forcedBecause,
          },
    plan_sha: run.planSha ?? null,
    created: iso(run.createdAt),
    changed: iso(run.changedAt),
  }
}

export function planDocument(plan: Plan): PlanDocument {
  const { design, metric, text } = plan.measurement
  return {
    changes: plan.changes,
    takes_effect: plan.takesEffect,
    restart: plan.restart ?? false,
    leased: plan.isLeased,
    preconditions: plan.preconditions,
    risk: plan.risk,
    owner: plan.owner,
    judged: text,
    metric,
    trial: design === 'switchback' ? { blocks: switchbackBlocks, windows_per_block: windowsPerBlock } : null,
    undo: plan.undo,
    notes: plan.notes ?? [],
    commands: plan.commands,
    diff: plan.diff ?? null,
  }
}

export function detailOf(
  { run, steps, windows, events, alerts }: RunDetail,
  waits: string | undefined,
): RunDocument {
  return {
    ...summaryOf(run, waits),
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
