// The memory that a VM was given and the memory that it holds.
import { gauge, type Metric } from './metric.ts'

export const vmResidentBytes = gauge(
  'kvminfo_vm_memory_resident_bytes',
  'Memory that the VM process holds on the host in bytes, without pages of hugetlb pools; VmRSS of /proc/<pid>/status.',
  ['vm'],
)

export const vmHugetlbBytes = gauge(
  'kvminfo_vm_memory_hugetlb_bytes',
  'Memory that the VM process holds in pages of hugetlb pools, in bytes; HugetlbPages of /proc/<pid>/status.',
  ['vm'],
)

export const vmMaxBytes = gauge(
  'kvminfo_vm_memory_max_bytes',
  'Maximum memory of the guest in bytes. Absent if it is not known.',
  ['vm'],
)

export const vmBalloonBytes = gauge(
  'kvminfo_vm_memory_balloon_bytes',
  'Memory that the balloon leaves to the guest now, in bytes. Absent if it is not known.',
  ['vm'],
)

export const vmMemoryMetrics: readonly Metric[] = [
  vmResidentBytes,
  vmHugetlbBytes,
  vmMaxBytes,
  vmBalloonBytes,
]
