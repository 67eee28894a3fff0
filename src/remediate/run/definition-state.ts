// Whether a changed definition is still there, for runs that wait for a start or measure after one.
import type { EngineParts } from './engine-parts.ts'
import { endRun, quarantineMs } from './finish.ts'
import type { RunRow } from './store.ts'

/** Ends the run if the definition is not ours any more. Whether the run cannot go on now. */
export async function definitionProblem(parts: EngineParts, run: RunRow): Promise<boolean> {
  const state = await parts.executor.state(run.id)
  if (state === 'target') return false
  if (state === 'unreadable') return true
  if (state === 'gone') endRun(parts, run, 'obsolete', 'libvirt does not have this VM any more')
  else {
    const reason =
      state === 'before'
        ? 'somebody has restored the former definition'
        : 'somebody has changed the definition; left alone'
    parts.store.quarantine(run.slot, parts.clock.now() + quarantineMs, reason)
    endRun(parts, run, 'overridden', reason)
  }
  return true
}
