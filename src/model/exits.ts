// Where a VM's exits ended: the four counters of the thesis and our additions. All counts only rise while the VM runs.

export interface VmExits {
  readonly pid: number
  /** io_num: exits on a port I/O instruction. */
  readonly io: number
  /** exception_num: exits on a guest exception; undefined if the source does not count them. */
  readonly exceptions: number | undefined
  /** kvm_vm_switch_num: exits that KVM handled itself. */
  readonly kernelSwitches: number
  /** kvm_qemu_switch_num: exits handed to user space (QEMU). */
  readonly userspaceSwitches: number
  /** Returns to user space forced by a signal, which are not userspace exits; undefined if unknown. */
  readonly signalReturns: number | undefined
  /** Nanoseconds spent inside KVM, halted time excluded; undefined if not counted. */
  readonly kernelNs: number | undefined
  /** Nanoseconds halted or polling for a wake-up inside KVM. */
  readonly haltNs: number | undefined
  /** Nanoseconds between a userspace exit and the next entry. */
  readonly userspaceNs: number | undefined
  /** Exits by reason name; empty if the source does not count them. */
  readonly reasons: ReadonlyMap<string, number>
}
