// What the engine needs of the journal. Every call that changes something is one durable transaction.
import type { VmIdentity } from '../../model/remediation.ts'
import type { storeOf } from '../journal/store.ts'

export type RunStore = ReturnType<typeof storeOf>
export type RunRow = NonNullable<ReturnType<RunStore['run']>>
export type Budget = ReturnType<RunStore['budget']>

/** Without what the journal adds to it for people. */
export function onlyIdentity({ uuid, pid, startTick }: VmIdentity): VmIdentity {
  return { uuid, pid, startTick }
}
