// The operation of a placebo run. Its value lives only in the record of changes.
import type { NothingOperation } from '../protocol.ts'
import type { OperationKit } from './operation.ts'

export const nothing: OperationKit<NothingOperation> = {
  knob: () => 'nothing',
  encode: String,
  decode: (text) => (text === '0' ? 0 : text === '1' ? 1 : undefined),
  problem: () => undefined,
  excess: () => undefined,
  needsLease: () => false,
  read: (_operation, recorded) => recorded ?? 0,
  write() {},
}
