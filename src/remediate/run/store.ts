// What the engine needs of the journal. Every call that changes something is one durable transaction.
import type { ActionName, Mode, RunState, Verdict, VmIdentity } from '../../model/remediation.ts'
import type { Plan } from '../actions/action.ts'
import type { StepLog } from './executor.ts'

export interface RunRow {
  readonly id: number
  /** What one open run at a time may concern: `<uuid>|<action>|<device>`, or `host|<action>|`. */
  readonly slot: string
  readonly action: ActionName
  readonly mode: Mode
  readonly state: RunState
  /** undefined for the host. */
  readonly vm: (VmIdentity & { readonly label: string }) | undefined
  readonly device: string | undefined
  readonly plan: Plan | undefined
  readonly planSha: string | undefined
  readonly policySha: string | undefined
  readonly verdict: Verdict | undefined
  /** Why it is in this state; a sentence. */
  readonly reason: string | undefined
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly changedAt: number
}

interface RunFacts {
  readonly mode?: Mode
  readonly plan?: Plan
  readonly planSha?: string
  readonly policySha?: string
  readonly verdict?: Verdict
  readonly reason?: string
}

export interface Budget {
  /** Changes of the host begun in the last hour. */
  readonly changesInHour: number
  /** When the last change in this slot ended; undefined if never. */
  readonly lastEndedInSlot: number | undefined
  /** Changes begun in this slot in the last day. */
  readonly attemptsInDay: number
  /** Until when the slot is in quarantine, and why; undefined if it is not. */
  readonly quarantine: { readonly until: number; readonly reason: string } | undefined
}

export interface RunStore extends StepLog {
  openRuns(): readonly RunRow[]
  run(id: number): RunRow | undefined
  /** Throws if the run is in another state than `from`. */
  move(id: number, from: RunState, to: RunState, facts: RunFacts): void
  budget(slot: string, now: number): Budget
  quarantine(slot: string, until: number, reason: string): void
  /** Alerts received since that time. */
  alertsSince(since: number): number
  /** A person's decision on a plan, if there is one that has not expired. */
  approval(id: number): { readonly planSha: string; readonly who: string } | undefined
  /** The windows of a run, the oldest first. */
  windows(id: number): readonly { readonly phase: string; readonly window: unknown }[]
  addWindow(id: number, phase: string, window: unknown): void
  /** The last event of the chain; logged with each run that ends, so that the log can prove the journal. */
  head(): { readonly seq: number; readonly hash: string }
  /** For the history only. */
  note(id: number | undefined, text: string): void
}

/** Without what the journal adds to it for people. */
export function onlyIdentity({ uuid, pid, startTick }: VmIdentity): VmIdentity {
  return { uuid, pid, startTick }
}
