// How the host schedules each vCPU thread.
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

export const vcpuMetrics: readonly Metric[] = [
  vcpuCpuSeconds,
  vcpuRunDelaySeconds,
  vcpuVoluntarySwitches,
  vcpuInvoluntarySwitches,
  vcpuSchedInfo,
  vcpuNice,
  vcpuRealtimePriority,
  vcpuLastCpu,
]
