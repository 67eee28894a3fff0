// What a run does to the host: each operation is written down before the actuator is asked, and its answer afterwards.
import type { ActuatorAnswer, Operation } from '../../actuator/protocol.ts'
import { KvminfoError } from '../../errors.ts'
import type { RunState } from '../../model/remediation.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Journal, Transaction } from './journal.ts'

/** `intent`: asked, no answer yet. `unknown`: there was no answer in time; the live value decides. */
export type StepPhase = 'intent' | 'done' | 'failed' | 'unknown'

const canChangeHost: readonly RunState[] = ['applying', 'waiting', 'measuring', 'holding', 'undoing']

/**
 * Notes that an operation is about to be executed; returns the number of the step, from 1. Throws RUN_CHANGED if the run
 * is in a state in which it may not change the host, or if an earlier step has no outcome yet. An undo is never held up
 * by an earlier step, nor by a full disk as long as the ballast lasts.
 */
export function intend(journal: Journal, runId: number, operation: Operation, isUndo: boolean): number {
  return journal.write(isUndo ? 'ongoing' : 'new', ({ get, run, append, now }) => {
    const state = get<{ state: RunState }>('SELECT state FROM run WHERE id = ?', runId)?.state
    if (state === undefined || !canChangeHost.includes(state) || (state === 'undoing' && !isUndo)) {
      const what = isUndo ? 'undo' : 'apply'
      throw new KvminfoError(
        'RUN_CHANGED',
        `run ${runId} is ${state ?? 'unknown'}; it may not ${what} anything`,
      )
    }
    const last = get<{ n: number; open: number }>(
      "SELECT coalesce(max(n), 0) AS n, coalesce(sum(phase = 'intent'), 0) AS open FROM step WHERE run_id = ?",
      runId,
    )!
    if (!isUndo && last.open > 0) {
      throw new KvminfoError('RUN_CHANGED', `an earlier step of run ${runId} has no outcome yet`)
    }
    const n = last.n + 1
    run(
      `INSERT INTO step (run_id, n, is_undo, operation, phase, at, age) VALUES (?, ?, ?, ?, 'intent', ?, ?)`,
      runId,
      n,
      isUndo ? 1 : 0,
      canonicalJson(operation),
      now.at,
      now.age,
    )
    if (!isUndo) run('UPDATE run SET begun_age = coalesce(begun_age, ?) WHERE id = ?', now.age, runId)
    append(runId, 'intended', { step: n, isUndo, operation })
    return n
  })
}

/** Notes the answer. A step that is `unknown` can still become done or failed; any other outcome is final: RUN_CHANGED. */
export function outcome(
  journal: Journal,
  runId: number,
  step: number,
  phase: Exclude<StepPhase, 'intent'>,
  answer: ActuatorAnswer | undefined,
): void {
  journal.write('ongoing', ({ run, append }) => {
    const { changes } = run(
      `UPDATE step SET phase = ?, answer = coalesce(?, answer)
       WHERE run_id = ? AND n = ? AND phase IN ('intent', 'unknown')`,
      phase,
      answer === undefined ? null : canonicalJson(answer),
      runId,
      step,
    )
    if (changes === 0) {
      throw new KvminfoError('RUN_CHANGED', `step ${step} of run ${runId} does not wait for an outcome`)
    }
    append(runId, 'outcome', { step, phase, answer })
  })
}

/** A measured window; `window` must fit in JSON. Numbers that are not finite are not allowed. */
export function addWindow(journal: Journal, runId: number, phase: string, window: unknown): void {
  journal.write('ongoing', (transaction) => {
    const { get, run, append, now } = transaction
    const { n } = get<{ n: number }>(
      'SELECT coalesce(max(n), 0) + 1 AS n FROM window WHERE run_id = ?',
      runId,
    )!
    requireRun(transaction, runId)
    run(
      'INSERT INTO window (run_id, n, phase, body, at, age) VALUES (?, ?, ?, ?, ?, ?)',
      runId,
      n,
      phase,
      canonicalJson(window),
      now.at,
      now.age,
    )
    append(runId, 'window', { n, phase, window })
  })
}

function requireRun({ get }: Transaction, runId: number): void {
  if (get('SELECT 1 FROM run WHERE id = ?', runId) === undefined)
    throw new KvminfoError('RUN_CHANGED', `there is no run ${runId}`)
}
