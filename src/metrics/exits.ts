// Where each VM's exits ended: the four counters of the 2018 thesis, exits by reason, and times.
import { counter, type Metric } from './metric.ts'

export const ioExits = counter(
  'kvminfo_vm_io_exits_total',
  'Exits on a port I/O instruction, whether handled in KVM or handed to user space; column io_num of /proc/kvminfo.',
  ['vm'],
)

export const exceptionExits = counter(
  'kvminfo_vm_exception_exits_total',
  'Exits on a guest exception; column exception_num of /proc/kvminfo. Absent if the source does not count them.',
  ['vm'],
)

export const kernelSwitches = counter(
  'kvminfo_vm_kernel_switches_total',
  'Exits that KVM handled itself before it re-entered the guest; column kvm_vm_switch_num of /proc/kvminfo.',
  ['vm'],
)

export const userspaceSwitches = counter(
  'kvminfo_vm_userspace_switches_total',
  'Exits handed to user space (QEMU); column kvm_qemu_switch_num of /proc/kvminfo.',
  ['vm'],
)

export const signalReturns = counter(
  'kvminfo_vm_signal_returns_total',
  'Returns to user space that a signal forced, which are not userspace exits; column signal_num of /proc/kvminfo. Absent if the source does not count them.',
  ['vm'],
)

export const kernelSeconds = counter(
  'kvminfo_vm_kernel_seconds_total',
  'Seconds that the vCPUs spent in KVM, from an exit to the next guest entry or userspace exit, without halted time; column kvm_ns of /proc/kvminfo. Absent if the source does not measure time.',
  ['vm'],
)

export const haltSeconds = counter(
  'kvminfo_vm_halt_seconds_total',
  'Seconds that the vCPUs were halted in KVM or polled there for a wake-up; column halt_ns of /proc/kvminfo. Absent if the source does not measure time.',
  ['vm'],
)

export const userspaceWaitSeconds = counter(
  'kvminfo_vm_userspace_wait_seconds_total',
  'Seconds that the vCPUs waited for user space (QEMU), from a userspace exit to the next guest entry; column user_ns of /proc/kvminfo. Absent if the source does not measure time.',
  ['vm'],
)

export const exitsByReason = counter(
  'kvminfo_vm_exits_by_reason_total',
  'Exits by reason; reasons that mean the same on Intel and AMD share one name; column reasons of /proc/kvminfo. Absent if the source does not count them.',
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
