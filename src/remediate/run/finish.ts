// Ends a run, most often by undoing what it has applied.

import { NoAnswer } from '../../actuator/client.ts'
import type { RunState, Verdict } from '../../model/remediation.ts'
import type { EngineParts } from './engine-parts.ts'
import { onlyIdentity, type RunRow } from './store.ts'

/** What made things worse, or what somebody else does not want, is not tried again for so long. */
export const quarantineMs = 7 * 86_400_000

/** Moves a run to a final state. */
export function endRun(
  { store, log }: EngineParts,
  { id, action, vm }: RunRow,
  state: RunState,
  reason: string,
  verdict: { readonly verdict?: Verdict } = {},
): void {
  store.move(id, store.run(id)!.state, state, { reason, ...verdict })
  const { seq, hash } = store.head()
  log.info({ run: id, action, vm: vm?.label, state, reason, event: seq, hash }, 'remediation ended')
}

/**
 * Undoes and moves the run to its final state: `undone`, or `overridden` or `person` if not all could be put back. If the
 * actuator does not answer, the run stays `undoing`, and must be tried again.
 */
export async function undoRun(
  parts: EngineParts,
  run: RunRow,
  why: { readonly reason: string; readonly verdict?: Verdict | undefined },
): Promise<RunState> {
  const { store, executor, actuator } = parts
  const now = store.run(run.id)!.state
  if (now !== 'undoing') store.move(run.id, now, 'undoing', { reason: why.reason })
  const { foreign, failed, isGone, isUnanswered } = await executor.undo(run.id)
  if (isUnanswered) return 'undoing'
  const verdict = why.verdict === undefined ? {} : { verdict: why.verdict }
  const end = (state: RunState, reason: string): RunState => {
    endRun(parts, run, state, reason, verdict)
    return state
  }
  if (isGone) return end('obsolete', `${why.reason}; the VM has ended, and with it what was changed`)
  if (failed.length > 0) return end('person', `${why.reason}; but it cannot be undone: ${failed.join('; ')}`)
  if (run.plan?.isLeased === true && run.vm !== undefined && foreign.length === 0) {
    try {
      await actuator.release(onlyIdentity(run.vm))
    } catch (error) {
      // The lease then ends by itself.
      if (!(error instanceof NoAnswer)) throw error
    }
  }
  if (foreign.length > 0)
    return end(
      'overridden',
      `${why.reason}; left alone, because somebody else has changed it: ${foreign.join('; ')}`,
    )
  return end('undone', why.reason)
}
