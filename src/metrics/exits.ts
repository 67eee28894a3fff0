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

export const exitKernelSeconds = counter(
  'kvminfo_vm_exit_kernel_seconds_total',
  'Seconds that the vCPUs spent in KVM, by the reason of the exit; column reason_ns of /proc/kvminfo. Absent if the source does not measure it.',
  ['vm', 'reason'],
)

export const userspaceExitsByReason = counter(
  'kvminfo_vm_userspace_exits_by_reason_total',
  "Exits handed to user space (QEMU) by KVM's own exit reason: io, mmio, hyperv, hlt and others; column user_reasons of /proc/kvminfo. Absent if the source does not count them.",
  ['vm', 'reason'],
)

export const userspaceExitWaitSeconds = counter(
  'kvminfo_vm_userspace_exit_wait_seconds_total',
  "Seconds that the vCPUs waited for user space (QEMU), by KVM's own exit reason; column user_reasons of /proc/kvminfo. Absent if the source does not measure time.",
  ['vm', 'reason'],
)

export const deviceExits = counter(
  'kvminfo_vm_device_exits_total',
  'Exits handed to user space (QEMU) because the guest accessed a port or memory of this device; its name is the label device of kvminfo_vm_disk_info and kvminfo_vm_nic_info, a part of the PC (rtc, serial0, …), or an address that no device is known for. The device "other" has the rest. Starts at zero when the exporter first sees a running VM; column devices of /proc/kvminfo. Absent if the source does not count them.',
  ['vm', 'device'],
)

export const deviceWaitSeconds = counter(
  'kvminfo_vm_device_wait_seconds_total',
  'Seconds that the vCPUs waited for user space (QEMU) after they had accessed this device, named as in kvminfo_vm_device_exits_total; column devices of /proc/kvminfo. Absent if the source does not measure time.',
  ['vm', 'device'],
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
  exitKernelSeconds,
  userspaceExitsByReason,
  userspaceExitWaitSeconds,
  deviceExits,
  deviceWaitSeconds,
]
