// What each kind of operation tells the executor about its knob. Nothing happens between the comparison with the live value
// and the beginning of the change, except where libvirt must be asked.
import type { Identities } from '../identity.ts'
import type { Limits } from '../limits.ts'
import type { Problem } from '../problem.ts'
import type { Operation, ValueOf } from '../protocol.ts'

export interface OperationKit<O extends Operation> {
  /** The name of the knob in the record of changes: lower-case letters, digits, blanks and hyphens. */
  knob(operation: O): string
  /** The inverse of each other. */
  encode(value: ValueOf<O>): string
  decode(text: string): ValueOf<O> | undefined
  /** Why this is not a knob of the VM, which was identified before, or of the host. */
  problem(operation: O, identities: Identities): Problem | undefined
  /** Why `to` is beyond the limits. Not asked for a reversal. */
  excess(operation: O, limits: Limits): string | undefined | Promise<string | undefined>
  /** Whether `value` may only be live while a lease lasts. */
  needsLease(value: ValueOf<O>): boolean
  /** `recorded` is the value in the record of changes that was set last. Throws if it cannot be read. */
  read(operation: O, recorded: ValueOf<O> | undefined): ValueOf<O> | Promise<ValueOf<O>>
  /**
   * From `from`, which is live, to `to`; from a value between them if an operation that takes several steps was interrupted.
   * If it throws or rejects, it has tried to leave `from` in place.
   */
  write(operation: O): void | Promise<void>
}
