// What is different for a run that a person asked for by hand: its values, how it is judged, and when it ends. Everything
// else is as for an alert.
import type { ByHand, HandSettings } from '../../model/remediation.ts'
import { durationText } from '../../policy/duration.ts'
import type { ActionPolicy } from '../../policy/schema.ts'
import { tiers } from '../../policy/tiers.ts'
import type { Plan } from '../actions/action.ts'
import type { EngineParts } from './engine-parts.ts'
import { onlyIdentity, type RunRow } from './store.ts'

/** The policy of an action with the values that a person asks for. */
export function withSettings(policy: ActionPolicy, settings: HandSettings = {}): ActionPolicy {
  return {
    ...policy,
    tier: (settings.tier === undefined ? undefined : tiers.get(settings.tier)) ?? policy.tier,
    cpuWeight: settings.weight ?? policy.cpuWeight,
    ksmPace: settings.ksmPace ?? policy.ksmPace,
    functions: settings.functions ?? policy.functions,
  }
}

/** A person wants the change itself, and no trial, unless the person says so. */
export function asAskedFor(plan: Plan, { isJudged, forMs }: ByHand): Plan {
  if (isJudged) return plan
  const end =
    forMs === null ? 'it stays until somebody undoes it' : `it is undone after ${durationText(forMs)}`
  return {
    ...plan,
    measurement: {
      design: 'none',
      metric: 'none',
      text: `not judged, because a person asks for it by hand; ${end}`,
    },
  }
}

/** How long a lease goes beyond the end, so that this program undoes the change itself and the history says why. */
const beyondSeconds = 30

/** Until when the lease of a run must last that ends at that uptime, seconds. */
function leaseUntil({ clock, policy }: EngineParts, endsAt: number): number {
  return Math.min(clock.uptime() + policy.current.policy.measure.lease / 1000, endsAt + beyondSeconds)
}

/** Why there is none; undefined if there is. */
export async function leaseByHand(parts: EngineParts, { vm, byHand }: RunRow): Promise<string | undefined> {
  const until = leaseUntil(parts, parts.clock.uptime() + (byHand?.forMs ?? 0) / 1000)
  const answer = await parts.actuator.lease(onlyIdentity(vm!), until)
  return answer.outcome === 'done' ? undefined : `there is no lease: ${answer.reason}`
}

/** Uptime, seconds: when it began to hold, and when it was last read back. */
interface Watch {
  since?: number
  begun?: number
}

/** Called at every pass. Why the change must be undone now; undefined if it goes on. */
export async function watchByHand(
  parts: EngineParts,
  run: RunRow,
  watch: Watch,
): Promise<string | undefined> {
  const { clock, policy, executor, actuator, store } = parts
  const { measure } = policy.current.policy
  const now = clock.uptime()
  watch.since ??= now - store.sinceMoved(run) / 1000
  const lasts = run.byHand!.forMs ?? 0
  if (parts.isStopped()) return 'the kill switch is set'
  const endsAt = watch.since + lasts / 1000
  if (now >= endsAt) return `the ${durationText(lasts)} for which it was asked are over`
  if (watch.begun !== undefined && now - watch.begun < measure.lease / 6000) return undefined
  watch.begun = now
  const state = await executor.state(run.id)
  if (state === 'gone') return 'the VM has ended'
  if (state === 'before') return run.plan!.isLeased ? 'the lease has ended' : 'somebody has undone it'
  if (state === 'foreign' || state === 'partial') return 'somebody else has changed it'
  // A person has said how long it lasts, so it needs no proof of benefit until then.
  if (run.plan!.isLeased) await actuator.lease(onlyIdentity(run.vm!), leaseUntil(parts, endsAt))
  return undefined
}
