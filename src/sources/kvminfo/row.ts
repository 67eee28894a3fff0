// The content of one row of /proc/kvminfo, in either format.
import type { VmExits, Waits } from '../../model/exits.ts'
import type { Vcpu } from '../../model/vm.ts'

export interface KvminfoRow {
  readonly exits: VmExits
  /** Start of the process, nanoseconds since boot; undefined in the thesis's format. */
  readonly startNs: number | undefined
  /** The running vCPU threads that had at least one exit; empty in the thesis's format. */
  readonly vcpus: readonly Vcpu[]
  /** Where userspace exits for port I/O and MMIO went; undefined if the module does not count it. */
  readonly accesses?: Accesses
}

export interface Accesses {
  /** By `portAddress` or `pageAddress`. */
  readonly byAddress: ReadonlyMap<number, Waits>
  /** What the module's table had no room for. */
  readonly other: Waits
}

const ports = 2 ** 16

/** Addresses of both kinds as one number: ports as they are, page frames (guest physical address / 4096) above them. */
export const portAddress = (port: number): number => port
export const pageAddress = (page: number): number => ports + page

/** The page frame of an address; undefined if it is a port. */
export const pageOf = (address: number): number | undefined => (address < ports ? undefined : address - ports)
