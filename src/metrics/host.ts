// What the host is and where its CPU time goes.
import { counter, info, type Metric } from './metric.ts'

export const hostInfo = info(
  'kvminfo_host_info',
  'The host, always 1: kernel, distribution, CPU model, logical CPUs, sockets and virtualisation extension (svm, vmx or empty).',
  ['kernel', 'distribution', 'cpu_model', 'cpus', 'sockets', 'virtualization'],
)

export const hostCpuSeconds = counter(
  'kvminfo_host_cpu_seconds_total',
  'CPU time of the host in seconds, by mode; /proc/stat. The modes user and nice include the time spent in guests.',
  ['cpu', 'mode'],
)

export const hostCpuGuestSeconds = counter(
  'kvminfo_host_cpu_guest_seconds_total',
  'CPU time spent in guests in seconds, by the mode that includes it (user or nice); /proc/stat.',
  ['cpu', 'mode'],
)

export const hostMetrics: readonly Metric[] = [hostInfo, hostCpuSeconds, hostCpuGuestSeconds]
