// The host's pools of huge pages, per NUMA node and page size. In bytes, because what VMs hold is in bytes too.
import { gauge, type Metric } from './metric.ts'

const labels = ['node', 'page_size'] as const

export const hugepagePoolBytes = gauge(
  'kvminfo_host_hugepages_pool_bytes',
  'Size of the pool of huge pages in bytes; nr_hugepages of the kernel.',
  labels,
)

export const hugepageFreeBytes = gauge(
  'kvminfo_host_hugepages_free_bytes',
  'Unused huge pages of the pool, in bytes; free_hugepages of the kernel.',
  labels,
)

export const hugepageSurplusBytes = gauge(
  'kvminfo_host_hugepages_surplus_bytes',
  'Huge pages above the persistent size of the pool, in bytes; surplus_hugepages of the kernel.',
  labels,
)

export const hugepageMetrics: readonly Metric[] = [hugepagePoolBytes, hugepageFreeBytes, hugepageSurplusBytes]
