// How the host schedules each vCPU thread, and where its exits ended.
import { counter, gauge, info, type Metric } from './metric.ts'

export const vcpuCpuSeconds = counter(
  'kvminfo_vcpu_cpu_seconds_total',
  'CPU time of the vCPU thread in seconds, in the guest and on the host side together.',
  ['vm', 'vcpu'],
)

export const vcpuRunDelaySeconds = counter(
  'kvminfo_vcpu_run_delay_seconds_total',
  'Seconds that the vCPU thread was ready to run but waited for a CPU, which the guest sees as steal time. Absent if the kernel does not count it.',
  ['vm', 'vcpu'],
)

export const vcpuVoluntarySwitches = counter(
  'kvminfo_vcpu_voluntary_context_switches_total',
  'Number of times the vCPU thread gave up its CPU by itself, mostly because the guest was idle.',
  ['vm', 'vcpu'],
)

export const vcpuInvoluntarySwitches = counter(
  'kvminfo_vcpu_involuntary_context_switches_total',
  'Number of times the scheduler took the CPU away from the vCPU thread.',
  ['vm', 'vcpu'],
)

export const vcpuSchedInfo = info(
  'kvminfo_vcpu_sched_info',
  'Scheduling policy of the vCPU thread, always 1: other, fifo, rr, batch, idle, deadline or ext.',
  ['vm', 'vcpu', 'policy'],
)

export const vcpuNice = gauge(
  'kvminfo_vcpu_nice',
  'Nice value of the vCPU thread, -20 to 19. Absent under the policies fifo, rr and deadline, where it has no effect.',
  ['vm', 'vcpu'],
)

export const vcpuRealtimePriority = gauge(
  'kvminfo_vcpu_realtime_priority',
  'Real-time priority of the vCPU thread, 1 to 99. Absent unless its policy is fifo or rr.',
  ['vm', 'vcpu'],
)

export const vcpuLastCpu = gauge(
  'kvminfo_vcpu_last_cpu',
  'Number of the host CPU that the vCPU thread runs on or last ran on.',
  ['vm', 'vcpu'],
)

export const vcpuExits = counter(
  'kvminfo_vcpu_exits_total',
  'Exits of the vCPU thread, whether handled in KVM or handed to user space; column exits_num of /proc/kvminfo_vcpus.',
  ['vm', 'vcpu'],
)

export const vcpuUserspaceSwitches = counter(
  'kvminfo_vcpu_userspace_switches_total',
  'Exits of the vCPU thread that were handed to user space (QEMU); column kvm_qemu_switch_num of /proc/kvminfo_vcpus.',
  ['vm', 'vcpu'],
)

export const vcpuIoExits = counter(
  'kvminfo_vcpu_io_exits_total',
  'Exits of the vCPU thread on a port I/O instruction; column io_num of /proc/kvminfo_vcpus.',
  ['vm', 'vcpu'],
)

export const vcpuKernelSeconds = counter(
  'kvminfo_vcpu_kernel_seconds_total',
  'Seconds that the vCPU thread spent in KVM, without halted time; column kvm_ns of /proc/kvminfo_vcpus. Absent if the source does not measure time.',
  ['vm', 'vcpu'],
)

export const vcpuHaltSeconds = counter(
  'kvminfo_vcpu_halt_seconds_total',
  'Seconds that the vCPU thread was halted in KVM or polled there for a wake-up; column halt_ns of /proc/kvminfo_vcpus. Absent if the source does not measure time.',
  ['vm', 'vcpu'],
)

export const vcpuUserspaceWaitSeconds = counter(
  'kvminfo_vcpu_userspace_wait_seconds_total',
  'Seconds that the vCPU thread waited for user space (QEMU); column user_ns of /proc/kvminfo_vcpus. Absent if the source does not measure time.',
  ['vm', 'vcpu'],
)

export const vcpuMetrics: readonly Metric[] = [
  vcpuCpuSeconds,
  vcpuRunDelaySeconds,
  vcpuVoluntarySwitches,
  vcpuInvoluntarySwitches,
  vcpuSchedInfo,
  vcpuNice,
  vcpuRealtimePriority,
  vcpuLastCpu,
  vcpuExits,
  vcpuUserspaceSwitches,
  vcpuIoExits,
  vcpuKernelSeconds,
  vcpuHaltSeconds,
  vcpuUserspaceWaitSeconds,
]
