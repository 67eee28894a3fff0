// What a former process left in the middle of a change, decided by what is live now.
import type { EngineParts } from './engine-parts.ts'
import { undoRun } from './finish.ts'
import { isForNextStart, waitsFor } from './next-start.ts'
import type { RunRow } from './store.ts'

/** Called once for each open run when the program starts. */
export async function recoverRun(parts: EngineParts, run: RunRow): Promise<void> {
  const { id, action, state } = run
  if (isForNextStart(run) && state === 'applying') return recoverApplying(parts, run)
  // It is still measured: the passes go on with it.
  if (isForNextStart(run) && state === 'measuring') return
  if (state === 'holding') return recoverHolding(parts, run)
  if (state !== 'applying' && state !== 'measuring' && state !== 'undoing') return
  parts.log.warn({ run: id, action, state }, 'a former process was interrupted; undoing')
  await undoRun(parts, run, { reason: 'the program was interrupted in the middle of the change' })
}

/** A definition that was being changed. If the actuator does not answer, it must be tried again. */
export async function recoverApplying(parts: EngineParts, run: RunRow): Promise<void> {
  const { executor, store } = parts
  const state = await executor.state(run.id)
  if (state === 'unreadable') return
  if (state === 'target') store.move(run.id, 'applying', 'waiting', { reason: waitsFor(run.plan!) })
  else await undoRun(parts, run, { reason: 'the program was interrupted before it was applied' })
}

async function recoverHolding(parts: EngineParts, run: RunRow): Promise<void> {
  const { executor, store } = parts
  const state = await executor.state(run.id)
  if (state === 'target' || state === 'unreadable') return
  if (state === 'gone') return store.move(run.id, 'holding', 'obsolete', { reason: 'the VM has ended' })
  if (state === 'before') return store.move(run.id, 'holding', 'undone', { reason: 'the lease had ended' })
  await undoRun(parts, run, { reason: `it is live only in part (${state})` })
}
