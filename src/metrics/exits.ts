// Where each VM's exits ended: the four counters of the 2018 thesis and what goes with them.
import { counter, type Metric } from './metric.ts'

export const ioExits = counter(
  'kvminfo_vm_io_exits_total',
  'Exits on a port I/O instruction, handled by KVM or by user space; column io_num of /proc/kvminfo.',
  ['vm'],
)

export const exceptionExits = counter(
  'kvminfo_vm_exception_exits_total',
  'Exits on a guest exception; column exception_num of /proc/kvminfo. Absent where the source cannot tell.',
  ['vm'],
)

export const kernelSwitches = counter(
  'kvminfo_vm_kernel_switches_total',
  'Exits that KVM handled itself and went back to the guest; column kvm_vm_switch_num of /proc/kvminfo.',
  ['vm'],
)

export const userspaceSwitches = counter(
  'kvminfo_vm_userspace_switches_total',
  'Exits handed over to user space (QEMU); column kvm_qemu_switch_num of /proc/kvminfo.',
  ['vm'],
)

export const signalReturns = counter(
  'kvminfo_vm_signal_returns_total',
  'Returns to user space forced by a signal, which are no hand-overs; column signal_num of /proc/kvminfo.',
  ['vm'],
)

export const kernelSeconds = counter(
  'kvminfo_vm_kernel_seconds_total',
  'Seconds its vCPUs spent inside KVM, from an exit to the next entry or hand-over, halted time left out; column kvm_ns of /proc/kvminfo.',
  ['vm'],
)

export const haltSeconds = counter(
  'kvminfo_vm_halt_seconds_total',
  'Seconds its vCPUs were halted or polled for a wake-up inside KVM; column halt_ns of /proc/kvminfo.',
  ['vm'],
)

export const userspaceWaitSeconds = counter(
  'kvminfo_vm_userspace_wait_seconds_total',
  'Seconds its vCPUs waited for user space (QEMU), from a hand-over to the next entry; column user_ns of /proc/kvminfo.',
  ['vm'],
)

export const exitsByReason = counter(
  'kvminfo_vm_exits_by_reason_total',
  'Exits by reason, named alike on Intel and AMD where they mean the same; column reasons of /proc/kvminfo.',
  ['vm', 'reason'],
)

export const exitMetrics: readonly Metric[] = [
  ioExits,
  exceptionExits,
  kernelSwitches,
  userspaceSwitches,
  signalReturns,
  kernelSeconds,
  haltSeconds,
  userspaceWaitSeconds,
  exitsByReason,
]
