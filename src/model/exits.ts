// Where a VM's exits ended: the thesis's four counters and what we add. All counts rise while the VM lives.

export interface VmExits {
  readonly pid: number
  /** io_num: exits on a port I/O instruction. */
  readonly io: number
  /** exception_num: exits on a guest exception; undefined where the source cannot tell. */
  readonly exceptions: number | undefined
  /** kvm_vm_switch_num: exits that KVM handled itself. */
  readonly kernelSwitches: number
  /** kvm_qemu_switch_num: exits handed to user space. */
  readonly userspaceSwitches: number
  /** Returns to user space forced by a signal, which are no hand-overs; undefined where unknown. */
  readonly signalReturns: number | undefined
  /** Nanoseconds spent inside KVM, halted time excluded; undefined where not counted. */
  readonly kernelNs: number | undefined
  /** Nanoseconds halted or polling for a wake-up inside KVM. */
  readonly haltNs: number | undefined
  /** Nanoseconds between a hand-over to user space and the next entry. */
  readonly userspaceNs: number | undefined
  /** Exits by reason name; empty where the source cannot tell. */
  readonly reasons: ReadonlyMap<string, number>
}
