// What the host is and where its CPU time goes.
import { counter, info, type Metric } from './metric.ts'

export const hostInfo = info(
  'kvminfo_host_info',
  'The host, always 1: kernel, distribution, CPU model, logical CPUs, sockets and virtualisation extension (svm, vmx or empty).',
  ['kernel', 'distribution', 'cpu_model', 'cpus', 'sockets', 'virtualization'],
)

export const hostCpuSeconds = counter(
  'kvminfo_host_cpu_seconds_total',
  'CPU time of the host in seconds by mode; /proc/stat. Time in guests is part of the modes user and nice.',
  ['cpu', 'mode'],
)

export const hostCpuGuestSeconds = counter(
  'kvminfo_host_cpu_guest_seconds_total',
  'CPU time that guests ran in seconds, by the mode of which it is a part (user or nice); /proc/stat.',
  ['cpu', 'mode'],
)

export const hostMetrics: readonly Metric[] = [hostInfo, hostCpuSeconds, hostCpuGuestSeconds]
