// Every kind of operation that the actuator executes. A new kind is a type in protocol.ts, its shape in
// request-schema.ts, one file here, and one line below.
import type { Scheduler } from '../../native/scheduler.ts'
import type { Operation, OperationKind } from '../protocol.ts'
import { nothing } from './nothing.ts'
import type { OperationKit } from './operation.ts'
import { threadScheduling } from './thread-scheduling.ts'

type Kits = {
  readonly [Kind in OperationKind]: OperationKit<Extract<Operation, { readonly kind: Kind }>>
}

export type KitOf = <O extends Operation>(operation: O) => OperationKit<O>

export function operationKits(scheduler: Scheduler): KitOf {
  const kits: Kits = { 'thread-scheduling': threadScheduling(scheduler), nothing }
  // The key and the kind are the same, which the type of an object cannot say.
  return <O extends Operation>({ kind }: O) => kits[kind] as unknown as OperationKit<O>
}
