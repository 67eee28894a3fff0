// What one row of /proc/kvminfo says, whichever form it has.
import type { VmExits } from '../../model/exits.ts'
import type { Vcpu } from '../../model/vm.ts'

export interface KvminfoRow {
  readonly exits: VmExits
  /** Start of the process, nanoseconds since boot; undefined in the thesis's form. */
  readonly startNs: number | undefined
  /** vCPU threads now alive that have exited; empty in the thesis's form. */
  readonly vcpus: readonly Vcpu[]
}
