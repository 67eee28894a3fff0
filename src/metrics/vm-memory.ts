// The memory a VM was given and the memory it holds.
import { gauge, type Metric } from './metric.ts'

export const vmResidentBytes = gauge(
  'kvminfo_vm_memory_resident_bytes',
  'Memory the VM process holds on the host in bytes, pages of hugetlb pools left out; VmRSS of /proc/<pid>/status.',
  ['vm'],
)

export const vmHugetlbBytes = gauge(
  'kvminfo_vm_memory_hugetlb_bytes',
  'Memory the VM process holds in pages of hugetlb pools in bytes; HugetlbPages of /proc/<pid>/status.',
  ['vm'],
)

export const vmMaxBytes = gauge(
  'kvminfo_vm_memory_max_bytes',
  'Memory the guest was given at most in bytes. Absent where it cannot be told.',
  ['vm'],
)

export const vmBalloonBytes = gauge(
  'kvminfo_vm_memory_balloon_bytes',
  'Memory the balloon leaves to the guest now in bytes. Absent where it cannot be told.',
  ['vm'],
)

export const vmMemoryMetrics: readonly Metric[] = [
  vmResidentBytes,
  vmHugetlbBytes,
  vmMaxBytes,
  vmBalloonBytes,
]
