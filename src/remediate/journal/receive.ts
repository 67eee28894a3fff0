// Intake: what one webhook request says, in one transaction. The slot of a run, and not a key of the alert, prevents
// doubles, because both startsAt and the fingerprint change while a problem goes on.
import type { ActionName, ByHand, Mode, VmIdentity } from '../../model/remediation.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Reader } from './database.ts'
import type { Journal, Transaction } from './journal.ts'
import { slotOf } from './run-row.ts'

export interface RunRequest {
  readonly action: ActionName
  readonly mode: Mode
  /** undefined for the host. */
  readonly vm: (VmIdentity & { readonly label: string }) | undefined
  readonly device: string | undefined
  /** SHA-256 of the policy that decided the mode. */
  readonly policySha: string | undefined
  /** absent if no person asks for it by hand. */
  readonly byHand?: ByHand
}

export interface ReceivedAlert {
  readonly fingerprint: string
  /** As Alertmanager wrote it. */
  readonly startsAt: string
  readonly status: 'firing' | 'resolved'
  readonly labels: Readonly<Record<string, string>>
  /** What it asks for; undefined if it is only kept as evidence. */
  readonly request: RunRequest | undefined
}

/** The ids of runs, each once. */
export interface Received {
  readonly opened: readonly number[]
  /** Were open before, and an alert asks for the same again. */
  readonly joined: readonly number[]
  /** Ended as obsolete, because all their alerts are resolved. */
  readonly ended: readonly number[]
}

/** The states in which nothing has been changed yet. */
const untouched = "('received', 'proposed', 'approved')"

/**
 * Stores the alerts of one request, opens a run for each slot that is asked for and has none, and ends those runs that
 * have not changed anything, that no person has approved, and of which all alerts are resolved. Alertmanager repeats what fires: if the last run of a
 * slot was refused less than `refusedForMs` ago, or its quarantine lasts, the alert is evidence for that run and opens none.
 * `bodySha` is the SHA-256 of the request's body. Throws JOURNAL_FULL if the sender should try again later.
 */
export function receive(
  journal: Journal,
  bodySha: string,
  alerts: readonly ReceivedAlert[],
  refusedForMs = 0,
): Received {
  return journal.write('new', (transaction) => {
    const opened = new Set<number>()
    const joined = new Set<number>()
    const mayEnd = new Set<number>()
    // Firing alerts last, because the last word on an alert counts: what fires in this request keeps its run.
    const firingLast = alerts.toSorted(
      (a, b) => Number(a.status === 'firing') - Number(b.status === 'firing'),
    )
    for (const alert of firingLast) {
      const { request } = alert
      let runId = request && openRun(transaction, slotOf(request))
      if (alert.status === 'resolved') {
        // The VM may have another identity by now, or be gone.
        runId ??= openRunOf(transaction, alert.fingerprint)
        if (runId !== undefined) mayEnd.add(runId)
      } else if (request !== undefined) {
        if (runId === undefined) {
          runId = refusedRun(transaction, request, refusedForMs)
          if (runId === undefined) {
            runId = open(transaction, request)
            opened.add(runId)
          }
        } else if (!opened.has(runId)) joined.add(runId)
      }
      store(transaction, alert, bodySha, runId)
    }
    const ended = [...mayEnd].filter((runId) => endIfResolved(transaction, runId))
    const received = { opened: [...opened], joined: [...joined], ended }
    transaction.append(null, 'received', { bodySha, alerts: alerts.length, ...received })
    return received
  })
}

/** Opens a run that no alert asks for; returns its id, or undefined if its slot has an open run. */
export function openUnasked(journal: Journal, request: RunRequest): number | undefined {
  if (openRun(journal, slotOf(request)) !== undefined) return undefined
  return journal.write('new', (transaction) => open(transaction, request))
}

/** The open run of a slot. */
export function openRun(reader: Reader, slot: string): number | undefined {
  return reader.get<{ id: number }>(
    `SELECT id FROM run WHERE slot = ? AND state IN
     ('received', 'proposed', 'approved', 'applying', 'waiting', 'measuring', 'holding', 'undoing')`,
    slot,
  )?.id
}

/** The last run of the slot, if it was refused and would be refused again. A changed policy may have another opinion. */
function refusedRun(
  { get, now }: Transaction,
  request: RunRequest,
  refusedForMs: number,
): number | undefined {
  const slot = slotOf(request)
  const last = get<{ id: number; state: string; policy_sha: string | null; ended_age: number | null }>(
    'SELECT id, state, policy_sha, ended_age FROM run WHERE slot = ? ORDER BY id DESC LIMIT 1',
    slot,
  )
  if (last?.state !== 'refused' || last.policy_sha !== (request.policySha ?? null)) return undefined
  const isInQuarantine =
    get('SELECT 1 FROM quarantine WHERE slot = ? AND (until_age IS NULL OR until_age > ?)', slot, now.age) !==
    undefined
  return isInQuarantine || now.age - last.ended_age! < refusedForMs ? last.id : undefined
}

/** The run that this very alert is evidence for, if nothing has been changed yet. */
function openRunOf({ get }: Transaction, fingerprint: string): number | undefined {
  return get<{ id: number }>(
    `SELECT run.id FROM run JOIN alert ON alert.run_id = run.id
     WHERE run.state IN ${untouched} AND alert.fingerprint = ? ORDER BY run.id DESC LIMIT 1`,
    fingerprint,
  )?.id
}

export function open({ run, append, now }: Transaction, request: RunRequest): number {
  const { action, mode, vm, device, policySha, byHand } = request
  const slot = slotOf(request)
  const { id } = run(
    `INSERT INTO run (slot, action, mode, vm_uuid, vm_pid, vm_start_tick, vm_label, device, policy_sha, by_hand, state,
       created_at, created_age, changed_at, changed_age)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'received', ?, ?, ?, ?)`,
    slot,
    action,
    mode,
    vm?.uuid ?? null,
    vm?.pid ?? null,
    vm?.startTick ?? null,
    vm?.label ?? null,
    device ?? null,
    policySha ?? null,
    byHand === undefined ? null : canonicalJson(byHand),
    now.at,
    now.age,
    now.at,
    now.age,
  )
  append(id, 'opened', { to: 'received', slot, action, mode, vm, device, policySha, byHand })
  return id
}

function store(
  { run, now }: Transaction,
  { fingerprint, startsAt, status, labels }: ReceivedAlert,
  bodySha: string,
  runId: number | undefined,
): void {
  run(
    `INSERT INTO alert (fingerprint, starts_at, status, labels, body_sha, run_id, at, age)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    fingerprint,
    startsAt,
    status,
    canonicalJson(labels),
    bodySha,
    runId ?? null,
    now.at,
    now.age,
  )
}

/**
 * Ends a run that has not changed anything and that no person has approved: what a person has decided stays, although
 * the load that made the alert fire may pause, and ends with the approval.
 */
function endIfResolved({ get, run, append, now }: Transaction, runId: number): boolean {
  const isFiring = get(
    `SELECT 1 FROM alert AS one WHERE run_id = ? AND status = 'firing' AND NOT EXISTS (
       SELECT 1 FROM alert AS later WHERE later.run_id = one.run_id AND later.fingerprint = one.fingerprint
         AND later.id > one.id AND later.status = 'resolved') LIMIT 1`,
    runId,
  )
  if (isFiring !== undefined) return false
  const from = get<{ state: string }>(
    `SELECT state FROM run WHERE id = ? AND state IN ${untouched}
       AND NOT EXISTS (SELECT 1 FROM approval WHERE run_id = run.id AND decision = 'approved')`,
    runId,
  )?.state
  if (from === undefined) return false
  const reason = 'the alert was resolved'
  run(
    "UPDATE run SET state = 'obsolete', reason = ?, changed_at = ?, changed_age = ?, ended_age = ? WHERE id = ?",
    reason,
    now.at,
    now.age,
    now.age,
    runId,
  )
  append(runId, 'moved', { from, to: 'obsolete', reason })
  return true
}
