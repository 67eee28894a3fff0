// What happens to a run: it moves from state to state, people decide on it, and things are noted.
import { KvminfoError } from '../../errors.ts'
import type { Mode, RunState, Verdict, VmIdentity } from '../../model/remediation.ts'
import type { Plan } from '../actions/action.ts'
import { canonicalJson } from './canonical-json.ts'
import { isDuplicate } from './database.ts'
import type { Journal, Need, Transaction } from './journal.ts'
import { isFinal } from './run-row.ts'

/** What becomes known with a move. What is absent stays as it was, except the reason: it is that of the new state. */
export interface RunFacts {
  readonly mode?: Mode
  readonly plan?: Plan
  readonly planSha?: string
  readonly policySha?: string
  readonly verdict?: Verdict
  readonly reason?: string
  /** After a restart of the VM. */
  readonly vm?: VmIdentity & { readonly label: string }
}

/** Towards these, a run takes on more; all others belong to finishing what has been begun. */
const newStates: readonly RunState[] = ['proposed', 'approved', 'applying', 'waiting']

const needOf = (to: RunState): Need => (newStates.includes(to) ? 'new' : 'ongoing')

/** Throws RUN_CHANGED if the run is not in state `from`, or if its slot has another open run by now. */
export function move(
  journal: Journal,
  runId: number,
  from: RunState,
  to: RunState,
  facts: RunFacts = {},
): void {
  journal.write(needOf(to), (transaction) => moveIn(transaction, runId, from, to, facts))
}

export function moveIn(
  { run, get, append, now }: Transaction,
  runId: number,
  from: RunState,
  to: RunState,
  facts: RunFacts,
): void {
  const { mode, plan, planSha, policySha, verdict, reason, vm } = facts
  let changes: number
  try {
    ;({ changes } = run(
      `UPDATE run SET state = ?, reason = ?, changed_at = ?, changed_age = ?, ended_age = ?,
         mode = coalesce(?, mode), plan = coalesce(?, plan), plan_sha = coalesce(?, plan_sha),
         policy_sha = coalesce(?, policy_sha), verdict = coalesce(?, verdict),
         vm_uuid = CASE WHEN ? THEN ? ELSE vm_uuid END, vm_pid = coalesce(?, vm_pid),
         vm_start_tick = coalesce(?, vm_start_tick), vm_label = coalesce(?, vm_label)
       WHERE id = ? AND state = ?`,
      to,
      reason ?? null,
      now.at,
      now.age,
      isFinal(to) ? now.age : null,
      mode ?? null,
      plan === undefined ? null : canonicalJson(plan),
      planSha ?? null,
      policySha ?? null,
      verdict ?? null,
      vm === undefined ? 0 : 1,
      vm?.uuid ?? null,
      vm?.pid ?? null,
      vm?.startTick ?? null,
      vm?.label ?? null,
      runId,
      from,
    ))
  } catch (cause) {
    if (!isDuplicate(cause)) throw cause
    throw new KvminfoError(
      'RUN_CHANGED',
      `run ${runId} cannot become ${to}: another run of the same target and action is open; let it end first`,
      { cause },
    )
  }
  if (changes === 0)
    throw otherState(get<{ state: string }>('SELECT state FROM run WHERE id = ?', runId), runId, from)
  append(runId, 'moved', { from, to, ...facts })
}

function otherState(
  row: { readonly state: string } | undefined,
  runId: number,
  wanted: string,
): KvminfoError {
  return new KvminfoError(
    'RUN_CHANGED',
    row === undefined
      ? `there is no run ${runId}`
      : `run ${runId} is ${row.state} by now, no longer ${wanted}`,
  )
}

export interface PersonsDecision {
  /** The name of the person or of the credential. */
  readonly who: string
  /** Such as `cli` or `page`. */
  readonly how: string
  /** Of the plan that was shown. */
  readonly planSha: string
}

/**
 * Approves a proposed run, for `expiresInMs`. Throws RUN_CHANGED if the run is not proposed any more, or has another plan
 * than the one that was shown.
 */
export function approve(
  journal: Journal,
  runId: number,
  decision: PersonsDecision,
  expiresInMs: number,
): void {
  journal.write('new', (transaction) => {
    decide(transaction, runId, 'approved', decision, transaction.now.age + Math.round(expiresInMs))
    moveIn(transaction, runId, 'proposed', 'approved', { reason: `approved by ${decision.who}` })
  })
}

/** Declines a run that is proposed, or approved and not begun. Throws as `approve`. */
export function decline(journal: Journal, runId: number, decision: PersonsDecision): void {
  journal.write('ongoing', (transaction) => {
    const state = transaction.get<{ state: RunState }>('SELECT state FROM run WHERE id = ?', runId)?.state
    decide(transaction, runId, 'declined', decision, undefined)
    const from = state === 'approved' ? state : 'proposed'
    moveIn(transaction, runId, from, 'declined', { reason: `declined by ${decision.who}` })
  })
}

export function decide(
  { get, run, append, now }: Transaction,
  runId: number,
  decision: 'approved' | 'declined',
  { who, how, planSha }: PersonsDecision,
  expiresAge: number | undefined,
): void {
  const row = get<{ state: string; plan_sha: string | null }>(
    'SELECT state, plan_sha FROM run WHERE id = ?',
    runId,
  )
  if (row === undefined) throw otherState(row, runId, 'proposed')
  if (row.plan_sha !== planSha) {
    throw new KvminfoError('RUN_CHANGED', `run ${runId} has another plan by now; look at it and decide again`)
  }
  run(
    'INSERT INTO approval (run_id, who, how, decision, plan_sha, at, expires_age) VALUES (?, ?, ?, ?, ?, ?, ?)',
    runId,
    who,
    how,
    decision,
    planSha,
    now.at,
    expiresAge ?? null,
  )
  append(runId, decision, { who, how, planSha, expiresAge })
}

/** For the history only. undefined for what concerns no run. */
export function note(journal: Journal, runId: number | undefined, text: string): void {
  journal.write('ongoing', ({ append }) => append(runId ?? null, 'noted', { text }))
}

/** Keeps a slot from new runs for `forMs`, or until a person ends it if undefined. Replaces an earlier quarantine. */
export function quarantine(journal: Journal, slot: string, forMs: number | undefined, reason: string): void {
  journal.write('ongoing', ({ run, append, now }) => {
    const until = forMs === undefined ? null : now.age + Math.round(forMs)
    run(
      'INSERT OR REPLACE INTO quarantine (slot, until_age, reason, at) VALUES (?, ?, ?, ?)',
      slot,
      until,
      reason,
      now.at,
    )
    append(null, 'quarantined', { slot, until, reason })
  })
}

/** Ends a quarantine; whether there was one. */
export function endQuarantine(journal: Journal, slot: string, who: string): boolean {
  return journal.write('ongoing', ({ run, append }) => {
    const { changes } = run('DELETE FROM quarantine WHERE slot = ?', slot)
    if (changes > 0) append(null, 'quarantine-ended', { slot, who })
    return changes > 0
  })
}
