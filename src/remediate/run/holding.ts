// Watches a change that was proven and is kept under a lease. The lease is renewed only by fresh proof of benefit, never
// because this program is alive.
import type { Sample } from '../../observe/sample.ts'
import { durationText } from '../../policy/duration.ts'
import { isStillBetter } from '../verify/still-better.ts'
import { measureWindow, type Window } from '../verify/window.ts'
import type { EngineParts } from './engine-parts.ts'
import { onlyIdentity, type RunRow } from './store.ts'

export interface HoldingWatch {
  /** When it began to hold, and when the lease was last renewed; uptime, seconds. */
  since?: number
  renewed?: number
  /** The beginning of the window that is being measured. */
  before?: Sample
  begun?: number
  readonly windows: Window[]
}

/** Called at every pass. Why the change must be undone; undefined if it goes on. */
export async function watchHolding(
  parts: EngineParts,
  run: RunRow,
  watch: HoldingWatch,
): Promise<string | undefined> {
  const { clock, policy, executor, actuator, store } = parts
  const { measure } = policy.current.policy
  const now = clock.uptime()
  watch.since ??= now - Math.max(0, clock.now() - run.changedAt) / 1000
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
  const after = await parts.sample()
  if (watch.before !== undefined && run.plan !== undefined) {
    const window = measureWindow(watch.before, after, run.vm!, run.plan.measurement.metric)
    watch.windows.push(window)
    if (watch.windows.length > 4) watch.windows.shift()
    store.addWindow(run.id, 'holding', window)
    if (isStillBetter(store.windows(run.id), watch.windows)) {
      const answer = await actuator.lease(onlyIdentity(run.vm!), now + measure.lease / 1000)
      if (answer.outcome === 'done') watch.renewed = now
    }
  }
  watch.before = after
  watch.begun = now
  return undefined
}
