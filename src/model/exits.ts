// Where a VM's exits ended: the four counters of the thesis and our additions. All counts only rise while the VM runs.

/** Something that happened `count` times, and how long the vCPUs waited for it together. */
export interface Waits {
  readonly count: number
  /** Nanoseconds; undefined if the source does not measure time. */
  readonly ns: number | undefined
}

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
  /** The part of `kernelNs` by reason name; absent or empty if the source does not measure it. */
  readonly reasonNs?: ReadonlyMap<string, number>
  /** Userspace exits by KVM's exit reason (`io`, `mmio`, `hyperv`, …); absent if the source does not count them. */
  readonly userspaceReasons?: ReadonlyMap<string, Waits>
  /**
   * Userspace exits for port I/O and MMIO by the device that the guest accessed, at most `maxDevices` of them and `other`;
   * absent if the source does not count them. Unlike the other counts, these start at zero when this program first sees
   * a VM that was already running.
   */
  readonly devices?: ReadonlyMap<string, Waits>
}

/** Exits of one vCPU thread. All counts only rise while the thread lives. */
export interface VcpuExits {
  readonly tid: number
  readonly exits: number
  readonly userspaceSwitches: number
  readonly io: number
  /** Nanoseconds, as in `VmExits`; undefined if the source does not measure time. */
  readonly kernelNs: number | undefined
  readonly haltNs: number | undefined
  readonly userspaceNs: number | undefined
}
