// The content of one row of /proc/kvminfo, in either format.
import type { VmExits } from '../../model/exits.ts'
import type { Vcpu } from '../../model/vm.ts'

export interface KvminfoRow {
  readonly exits: VmExits
  /** Start of the process, nanoseconds since boot; undefined in the thesis's format. */
  readonly startNs: number | undefined
  /** The running vCPU threads that had at least one exit; empty in the thesis's format. */
  readonly vcpus: readonly Vcpu[]
}
