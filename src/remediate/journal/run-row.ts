// A run as it is in the journal.
import type { ActionName, ByHand, Mode, RunState, Verdict, VmIdentity } from '../../model/remediation.ts'
import { finalStates } from '../../model/remediation.ts'
import type { Plan } from '../actions/action.ts'

export interface Run {
  readonly id: number
  /** What one open run at a time may concern; slotOf makes it. */
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
  /** undefined if no person asked for it by hand. */
  readonly byHand: ByHand | undefined
  /** Why it is in this state; a sentence. */
  readonly reason: string | undefined
  /** Milliseconds since the epoch, for people; the clock may have been set since. */
  readonly createdAt: number
  readonly changedAt: number
  /** When it came into its state, by the time of the journal: see Moment. */
  readonly changedAge: number
}

export interface RunColumns {
  readonly id: number
  readonly slot: string
  readonly action: ActionName
  readonly mode: Mode
  readonly state: RunState
  readonly vm_uuid: string | null
  readonly vm_pid: number | null
  readonly vm_start_tick: number | null
  readonly vm_label: string | null
  readonly device: string | null
  readonly plan: string | null
  readonly plan_sha: string | null
  readonly policy_sha: string | null
  readonly verdict: Verdict | null
  readonly by_hand: string | null
  readonly reason: string | null
  readonly created_at: number
  readonly changed_at: number
  readonly changed_age: number
}

export function runOf(row: RunColumns): Run {
  const { id, slot, action, mode, state } = row
  return {
    id,
    slot,
    action,
    mode,
    state,
    vm:
      row.vm_pid === null
        ? undefined
        : { uuid: row.vm_uuid, pid: row.vm_pid, startTick: row.vm_start_tick!, label: row.vm_label! },
    device: row.device ?? undefined,
    plan: row.plan === null ? undefined : (JSON.parse(row.plan) as Plan),
    planSha: row.plan_sha ?? undefined,
    policySha: row.policy_sha ?? undefined,
    verdict: row.verdict ?? undefined,
    byHand: row.by_hand === null ? undefined : (JSON.parse(row.by_hand) as ByHand),
    reason: row.reason ?? undefined,
    createdAt: row.created_at,
    changedAt: row.changed_at,
    changedAge: row.changed_age,
  }
}

export const isFinal = (state: RunState): boolean => (finalStates as readonly RunState[]).includes(state)

/** `<uuid>|<action>|<device>`, or `host|<action>|<device>`. A VM without a uuid is known by its process. */
export function slotOf({
  vm,
  action,
  device = '',
}: {
  readonly vm: VmIdentity | undefined
  readonly action: ActionName
  readonly device?: string | undefined
}): string {
  const target = vm === undefined ? 'host' : (vm.uuid ?? `${vm.pid}@${vm.startTick}`)
  return `${target}|${action}|${device}`
}
