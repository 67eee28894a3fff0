// Ends a run by undoing what it has applied.

import { NoAnswer } from '../../actuator/client.ts'
import type { RunState, Verdict } from '../../model/remediation.ts'
import type { EngineParts } from './engine-parts.ts'
import { onlyIdentity, type RunRow } from './store.ts'

/**
 * Undoes and moves the run to its final state: `undone`, or `overridden` or `person` if not all could be put back. If the
 * actuator does not answer, the run stays `undoing`, and must be tried again.
 */
export async function undoRun(
  { store, executor, actuator, log }: EngineParts,
  run: RunRow,
  why: { readonly reason: string; readonly verdict?: Verdict | undefined },
): Promise<RunState> {
  const now = store.run(run.id)!.state
  if (now !== 'undoing') store.move(run.id, now, 'undoing', { reason: why.reason })
  const { foreign, failed, isGone, isUnanswered } = await executor.undo(run.id)
  if (isUnanswered) return 'undoing'
  const verdict = why.verdict === undefined ? {} : { verdict: why.verdict }
  const end = (state: RunState, reason: string): RunState => {
    store.move(run.id, 'undoing', state, { reason, ...verdict })
    const { seq, hash } = store.head()
    log.info(
      { run: run.id, action: run.action, vm: run.vm?.label, state, reason, event: seq, hash },
      'remediation ended',
    )
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
