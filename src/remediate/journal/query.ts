// Questions to the journal. All durations are in the journal's own time (clock.ts), which never goes back, so that a clock
// that was set back neither shortens a cooldown nor makes a budget larger.
import type { ActuatorAnswer, Operation } from '../../actuator/protocol.ts'
import type { ActionName, RunState, Verdict } from '../../model/remediation.ts'
import type { Reader } from './database.ts'
import { type Run, type RunColumns, runOf } from './run-row.ts'
import type { StepPhase } from './steps.ts'

const open = `state IN ('received', 'proposed', 'approved', 'applying', 'waiting', 'measuring', 'holding', 'undoing')`

/** Oldest first. */
export function openRuns(reader: Reader): Run[] {
  return reader.all<RunColumns>(`SELECT * FROM run WHERE ${open} ORDER BY id`).map(runOf)
}

/** The runs whose change is still in place: of each slot, the last one that changed anything. */
export function keptRuns(reader: Reader): Run[] {
  return reader
    .all<RunColumns>(
      `SELECT * FROM run WHERE state IN ('kept', 'unproven') AND id IN (
         SELECT max(id) FROM run WHERE begun_age IS NOT NULL GROUP BY slot) ORDER BY id`,
    )
    .map(runOf)
}

/** The runs that have ended in the last `withinMs`, and those that still need a person, oldest first. */
export function endedWithin(reader: Reader, age: number, withinMs: number): Run[] {
  return reader
    .all<RunColumns>("SELECT * FROM run WHERE ended_age > ? OR state = 'person' ORDER BY id", age - withinMs)
    .map(runOf)
}

export function findRun(reader: Reader, id: number): Run | undefined {
  const row = reader.get<RunColumns>('SELECT * FROM run WHERE id = ?', id)
  return row && runOf(row)
}

/** The newest `limit` runs with an id below `before`, newest first. Of one slot, if given. */
export function history(
  reader: Reader,
  { before, limit, slot }: { readonly before?: number; readonly limit: number; readonly slot?: string },
): Run[] {
  return reader
    .all<RunColumns>(
      'SELECT * FROM run WHERE id < ? AND (?2 IS NULL OR slot = ?2) ORDER BY id DESC LIMIT ?3',
      before ?? Number.MAX_SAFE_INTEGER,
      slot ?? null,
      limit,
    )
    .map(runOf)
}

export interface Step {
  readonly n: number
  readonly isUndo: boolean
  readonly operation: Operation
  readonly phase: StepPhase
  readonly answer: ActuatorAnswer | undefined
  /** Milliseconds since the epoch. */
  readonly at: number
}

export function stepsOf(reader: Reader, runId: number): Step[] {
  interface Row {
    readonly n: number
    readonly is_undo: number
    readonly operation: string
    readonly phase: StepPhase
    readonly answer: string | null
    readonly at: number
  }
  return reader
    .all<Row>('SELECT * FROM step WHERE run_id = ? ORDER BY n', runId)
    .map(({ n, is_undo, operation, phase, answer, at }) => ({
      n,
      isUndo: is_undo === 1,
      operation: JSON.parse(operation) as Operation,
      phase,
      answer: answer === null ? undefined : (JSON.parse(answer) as ActuatorAnswer),
      at,
    }))
}

/** The operations that the run has intended to apply, in the order of their first intent, each once. */
export function appliedBy(reader: Reader, runId: number): Operation[] {
  return reader
    .all<{ operation: string }>(
      'SELECT operation FROM step WHERE run_id = ? AND is_undo = 0 GROUP BY operation ORDER BY min(n)',
      runId,
    )
    .map(({ operation }) => JSON.parse(operation) as Operation)
}

export interface StoredWindow {
  readonly n: number
  readonly phase: string
  readonly window: unknown
  readonly at: number
}

export function windowsOf(reader: Reader, runId: number): StoredWindow[] {
  return reader
    .all<{ n: number; phase: string; body: string; at: number }>(
      'SELECT n, phase, body, at FROM window WHERE run_id = ? ORDER BY n',
      runId,
    )
    .map(({ n, phase, body, at }) => ({ n, phase, window: JSON.parse(body) as unknown, at }))
}

export interface StoredEvent {
  readonly seq: number
  readonly at: number
  readonly kind: string
  readonly body: unknown
}

export function eventsOf(reader: Reader, runId: number): StoredEvent[] {
  return reader
    .all<Omit<StoredEvent, 'body'> & { body: string }>(
      'SELECT seq, at, kind, body FROM event WHERE run_id = ? ORDER BY seq',
      runId,
    )
    .map((event) => ({ ...event, body: JSON.parse(event.body) as unknown }))
}

export interface StoredAlert {
  readonly fingerprint: string
  readonly startsAt: string
  readonly status: 'firing' | 'resolved'
  readonly labels: Readonly<Record<string, string>>
  readonly at: number
}

/** The alerts that asked for the run, oldest first, as long as they are kept. */
export function alertsOf(reader: Reader, runId: number): StoredAlert[] {
  return reader
    .all<Omit<StoredAlert, 'labels'> & { labels: string }>(
      `SELECT fingerprint, starts_at AS startsAt, status, labels, at FROM alert WHERE run_id = ? ORDER BY id`,
      runId,
    )
    .map((alert) => ({ ...alert, labels: JSON.parse(alert.labels) as Record<string, string> }))
}

/** The newest approval of the run that has not expired. */
export function approvalOf(
  reader: Reader,
  runId: number,
  age: number,
): { readonly planSha: string; readonly who: string } | undefined {
  const row = reader.get<{ planSha: string; who: string; decision: string; expires_age: number | null }>(
    'SELECT plan_sha AS planSha, who, decision, expires_age FROM approval WHERE run_id = ? ORDER BY id DESC LIMIT 1',
    runId,
  )
  if (row === undefined || row.decision !== 'approved' || (row.expires_age ?? 0) <= age) return undefined
  return { planSha: row.planSha, who: row.who }
}

/** How many runs have begun to change the host in the last `withinMs`. */
export function changesWithin(reader: Reader, age: number, withinMs: number): number {
  return reader.get<{ count: number }>(
    'SELECT count(*) AS count FROM run WHERE begun_age > ?',
    age - withinMs,
  )!.count
}

/** Whose next change of a slot it is. For a person, what a person asked for and had undone does not count. */
export type Asker = 'alert' | 'person'

/** What counts for an asker. A run with a verdict was undone by the judge. */
const counting: Readonly<Record<Asker, string>> = {
  alert: 'begun_age IS NOT NULL',
  person: "begun_age IS NOT NULL AND NOT (by_hand IS NOT NULL AND state = 'undone' AND verdict IS NULL)",
}

/** How many runs of the slot have begun to change the host in the last `withinMs`. */
export function attemptsWithin(
  reader: Reader,
  age: number,
  withinMs: number,
  slot: string,
  asker: Asker,
): number {
  return reader.get<{ count: number }>(
    `SELECT count(*) AS count FROM run WHERE begun_age > ? AND slot = ? AND ${counting[asker]}`,
    age - withinMs,
    slot,
  )!.count
}

/** Milliseconds since the last run of the slot that changed the host ended; undefined if there is none. */
export function sinceLastChange(reader: Reader, age: number, slot: string, asker: Asker): number | undefined {
  const { ended } = reader.get<{ ended: number | null }>(
    `SELECT max(ended_age) AS ended FROM run WHERE slot = ? AND ${counting[asker]}`,
    slot,
  )!
  return ended === null ? undefined : age - ended
}

/** Milliseconds since a run of the action was opened; the age of the journal if there is none. */
export function sinceOpened(reader: Reader, age: number, action: ActionName): number {
  const { opened } = reader.get<{ opened: number | null }>(
    'SELECT max(created_age) AS opened FROM run WHERE action = ?',
    action,
  )!
  return age - (opened ?? 0)
}

export interface Quarantine {
  readonly slot: string
  /** Milliseconds; undefined if only a person can end it. */
  readonly leftMs: number | undefined
  readonly reason: string
}

/** The quarantines that have not ended, of one slot if given. */
export function quarantines(reader: Reader, age: number, slot?: string): Quarantine[] {
  return reader
    .all<{ slot: string; until_age: number | null; reason: string }>(
      `SELECT slot, until_age, reason FROM quarantine
       WHERE (until_age IS NULL OR until_age > ?1) AND (?2 IS NULL OR slot = ?2) ORDER BY slot`,
      age,
      slot ?? null,
    )
    .map(({ slot, until_age, reason }) => ({
      slot,
      leftMs: until_age === null ? undefined : until_age - age,
      reason,
    }))
}

/** Firing alerts received in the last `withinMs`. */
export function alertsWithin(reader: Reader, age: number, withinMs: number): number {
  return reader.get<{ count: number }>(
    "SELECT count(*) AS count FROM alert WHERE age > ? AND status = 'firing'",
    age - withinMs,
  )!.count
}

export interface RunCounts {
  readonly states: readonly {
    readonly action: ActionName
    readonly state: RunState
    readonly count: number
  }[]
  readonly verdicts: readonly {
    readonly action: ActionName
    readonly verdict: Verdict
    readonly count: number
  }[]
  /** Runs that have begun to change the host, by action. */
  readonly changes: readonly { readonly action: ActionName; readonly count: number }[]
}

export function runCounts(reader: Reader): RunCounts {
  return {
    states: reader.all(
      'SELECT action, state, count(*) AS count FROM run GROUP BY action, state ORDER BY action, state',
    ),
    verdicts: reader.all(
      'SELECT action, verdict, count(*) AS count FROM run WHERE verdict IS NOT NULL GROUP BY action, verdict ORDER BY action, verdict',
    ),
    changes: reader.all(
      'SELECT action, count(*) AS count FROM run WHERE begun_age IS NOT NULL GROUP BY action ORDER BY action',
    ),
  }
}
