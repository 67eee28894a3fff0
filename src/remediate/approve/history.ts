// What the API needs of the journal.
import type { Step, StoredAlert, StoredEvent, StoredWindow } from '../journal/query.ts'
import type { RunRow } from '../run/store.ts'

export interface RunDetail {
  readonly run: RunRow
  readonly steps: readonly Step[]
  readonly windows: readonly StoredWindow[]
  /** State changes with their reasons, the oldest first. */
  readonly events: readonly StoredEvent[]
  /** The alerts that asked for it, as long as they are kept. */
  readonly alerts: readonly StoredAlert[]
}

export interface History {
  open(): readonly RunRow[]
  /** Ended runs with a lower id, the newest first. */
  ended(before: number, limit: number): readonly RunRow[]
  detail(id: number): RunDetail | undefined
  /** Bound to the plan: another one needs another decision. */
  decide(
    id: number,
    decision: 'approved' | 'declined',
    planSha: string | undefined,
    who: string,
  ): 'done' | 'unknown' | 'other-plan' | 'not-proposed'
}
