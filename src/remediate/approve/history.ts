// What the API needs of the journal.
import type { RunRow } from '../run/store.ts'

export interface StepRow {
  readonly n: number
  readonly operation: unknown
  readonly isUndo: boolean
  readonly phase: string
  readonly before: unknown
  readonly after: unknown
  readonly reason: string | undefined
  readonly at: number
}

export interface RunDetail {
  readonly run: RunRow
  readonly steps: readonly StepRow[]
  readonly windows: readonly { readonly phase: string; readonly window: unknown }[]
  /** State changes with their reasons, the oldest first. */
  readonly events: readonly { readonly at: number; readonly kind: string; readonly body: unknown }[]
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
  /** Whether the chain of events is whole. */
  verify(): { readonly events: number; readonly head: string; readonly brokenAt: number | undefined }
}
