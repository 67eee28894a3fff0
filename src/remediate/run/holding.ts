// Watches a change that was proven and is kept under a lease. The lease is renewed only by fresh proof of benefit, never
// because this program is alive.
import { durationText } from '../../policy/duration.ts'
import { brokenGuard } from '../verify/guard-metrics.ts'
import { isStillBetter } from '../verify/still-better.ts'
import { isMeasured, type Window } from '../verify/window.ts'
import { watchByHand } from './by-hand.ts'
import type { EngineParts } from './engine-parts.ts'
import { onlyIdentity, type RunRow } from './store.ts'
import { type WindowEnd, windowBetween, windowEnd } from './window-ends.ts'

export interface HoldingWatch {
  /** When it began to hold, and when the lease was last renewed; uptime, seconds. */
  since?: number
  renewed?: number
  /** The beginning of the window that is being measured. */
  before?: WindowEnd
  begun?: number
  readonly windows: Window[]
}

/** The last windows whose benefit must be proven, and those in which no guard may be broken. */
const [recent, guarded] = [4, 8]

/** Called at every pass. Why the change must be undone; undefined if it goes on. */
export async function watchHolding(
  parts: EngineParts,
  run: RunRow,
  watch: HoldingWatch,
): Promise<string | undefined> {
  if (run.byHand?.isJudged === false) return watchByHand(parts, run, watch)
  const { clock, policy, executor, actuator, store } = parts
  const { measure } = policy.current.policy
  const now = clock.uptime()
  watch.since ??= now - store.sinceMoved(run) / 1000
  watch.renewed ??= watch.since
  if (parts.isStopped()) return 'the kill switch is set'
  if (now - watch.since > measure.lease_total / 1000)
    return `it has held for ${durationText(measure.lease_total)}; make it permanent yourself if it is to stay`
  // Ends it ourselves while the lease still lasts, so that the history says why.
  if (now - watch.renewed > (measure.lease / 1000) * 0.9)
    return `its benefit could not be proven again for ${durationText(measure.lease * 0.9)}`
  const period = Math.max(measure.window, measure.lease / 6) / 1000
  if (watch.begun !== undefined && now - watch.begun < period) return undefined
  const state = await executor.state(run.id)
  if (state === 'gone') return 'the VM has ended'
  if (state === 'before') return 'the lease has ended'
  if (state === 'foreign' || state === 'partial') return 'somebody else has changed it'
  const { metric } = run.plan!.measurement
  const after = await windowEnd(parts, run.vm!, metric)
  if (watch.before !== undefined) {
    const window = windowBetween(parts, { id: run.id, vm: run.vm!, metric }, watch.before, after)
    watch.windows.push(window)
    if (watch.windows.length > guarded) watch.windows.shift()
    store.addWindow(run.id, 'holding', window)
    const without = store
      .windows(run.id)
      .filter(({ phase }) => phase.endsWith(' A'))
      .map((stored) => stored.window as Window)
    const harm = brokenGuard(without.filter(isMeasured), watch.windows.filter(isMeasured))
    if (harm !== undefined) return harm
    if (metric !== 'none' && isStillBetter(metric, without, watch.windows.slice(-recent))) {
      const answer = await actuator.lease(onlyIdentity(run.vm!), now + measure.lease / 1000)
      if (answer.outcome === 'done') watch.renewed = now
    }
  }
  watch.before = after
  watch.begun = now
  return undefined
}
