// The host's memory. Each metric is one field of /proc/meminfo.
import { gauge, type Metric } from './metric.ts'

/** The fields that the capacity and swap alerts need; node_exporter exports the others. */
export const meminfoMetrics: readonly { readonly field: string; readonly metric: Metric }[] = [
  {
    field: 'MemTotal',
    metric: gauge(
      'kvminfo_host_memory_total_bytes',
      'Usable memory of the host in bytes; MemTotal of /proc/meminfo.',
    ),
  },
  {
    field: 'MemAvailable',
    metric: gauge(
      'kvminfo_host_memory_available_bytes',
      'Memory available to new programs without swapping, in bytes; MemAvailable of /proc/meminfo.',
    ),
  },
  {
    field: 'MemFree',
    metric: gauge(
      'kvminfo_host_memory_free_bytes',
      'Unused memory of the host in bytes; MemFree of /proc/meminfo.',
    ),
  },
  {
    field: 'Buffers',
    metric: gauge(
      'kvminfo_host_memory_buffers_bytes',
      'Memory in buffers of block devices, in bytes; Buffers of /proc/meminfo.',
    ),
  },
  {
    field: 'Cached',
    metric: gauge(
      'kvminfo_host_memory_cached_bytes',
      'Memory in the page cache, in bytes; Cached of /proc/meminfo.',
    ),
  },
  {
    field: 'AnonHugePages',
    metric: gauge(
      'kvminfo_host_memory_anonymous_hugepages_bytes',
      'Anonymous memory in transparent huge pages, in bytes; AnonHugePages of /proc/meminfo.',
    ),
  },
  {
    field: 'Committed_AS',
    metric: gauge(
      'kvminfo_host_memory_committed_bytes',
      'Memory that the kernel has promised to processes, in bytes; Committed_AS of /proc/meminfo.',
    ),
  },
  {
    field: 'SwapTotal',
    metric: gauge('kvminfo_host_swap_total_bytes', 'Swap space in bytes; SwapTotal of /proc/meminfo.'),
  },
  {
    field: 'SwapFree',
    metric: gauge('kvminfo_host_swap_free_bytes', 'Unused swap space in bytes; SwapFree of /proc/meminfo.'),
  },
]
