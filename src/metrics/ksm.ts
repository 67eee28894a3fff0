// Kernel samepage merging. Each metric is one file of /sys/kernel/mm/ksm.
import { counter, gauge, type Metric } from './metric.ts'

export interface KsmMetric {
  readonly file: string
  readonly metric: Metric
  /** The value in the file is divided by this, such as 1000 from milliseconds to seconds. */
  readonly perUnit: number
}

export const ksmMetrics: readonly KsmMetric[] = [
  {
    file: 'run',
    metric: gauge(
      'kvminfo_host_ksm_run',
      'State of KSM: 0 stopped, 1 merging, 2 stopped with all pages unmerged.',
    ),
    perUnit: 1,
  },
  {
    file: 'pages_shared',
    metric: gauge(
      'kvminfo_host_ksm_pages_shared',
      'Pages that KSM keeps, each in place of several merged pages.',
    ),
    perUnit: 1,
  },
  {
    file: 'pages_sharing',
    metric: gauge(
      'kvminfo_host_ksm_pages_sharing',
      'Pages saved by KSM: additional users of the shared pages.',
    ),
    perUnit: 1,
  },
  {
    file: 'pages_unshared',
    metric: gauge('kvminfo_host_ksm_pages_unshared', 'Pages that KSM checks repeatedly and finds unique.'),
    perUnit: 1,
  },
  {
    file: 'pages_volatile',
    metric: gauge('kvminfo_host_ksm_pages_volatile', 'Pages that change too fast for KSM to merge them.'),
    perUnit: 1,
  },
  {
    file: 'full_scans',
    metric: counter(
      'kvminfo_host_ksm_full_scans_total',
      'Number of times KSM has scanned all mergeable areas.',
    ),
    perUnit: 1,
  },
  {
    file: 'pages_to_scan',
    metric: gauge('kvminfo_host_ksm_pages_to_scan', 'Number of pages that KSM scans before it sleeps.'),
    perUnit: 1,
  },
  {
    file: 'sleep_millisecs',
    metric: gauge('kvminfo_host_ksm_sleep_seconds', 'Seconds that KSM sleeps between two scans.'),
    perUnit: 1000,
  },
  {
    file: 'merge_across_nodes',
    metric: gauge(
      'kvminfo_host_ksm_merge_across_nodes',
      'Whether KSM merges pages of different NUMA nodes, 1 or 0.',
    ),
    perUnit: 1,
  },
]
