// Kernel samepage merging: each metric is one file of /sys/kernel/mm/ksm.
import { counter, gauge, type Metric } from './metric.ts'

export interface KsmMetric {
  readonly file: string
  readonly metric: Metric
  /** How many of the unit in the file make one of the unit of the metric. */
  readonly perUnit: number
}

export const ksmMetrics: readonly KsmMetric[] = [
  {
    file: 'run',
    metric: gauge(
      'kvminfo_host_ksm_run',
      'Whether KSM is 0 stopped, 1 merging or 2 stopped with all pages unmerged.',
    ),
    perUnit: 1,
  },
  {
    file: 'pages_shared',
    metric: gauge(
      'kvminfo_host_ksm_pages_shared',
      'Pages that KSM keeps, each standing for several merged ones.',
    ),
    perUnit: 1,
  },
  {
    file: 'pages_sharing',
    metric: gauge('kvminfo_host_ksm_pages_sharing', 'Pages saved by KSM: further users of the shared pages.'),
    perUnit: 1,
  },
  {
    file: 'pages_unshared',
    metric: gauge(
      'kvminfo_host_ksm_pages_unshared',
      'Pages that KSM checks again and again and finds unique.',
    ),
    perUnit: 1,
  },
  {
    file: 'pages_volatile',
    metric: gauge('kvminfo_host_ksm_pages_volatile', 'Pages that change too fast for KSM.'),
    perUnit: 1,
  },
  {
    file: 'full_scans',
    metric: counter('kvminfo_host_ksm_full_scans_total', 'Times KSM scanned all mergeable areas.'),
    perUnit: 1,
  },
  {
    file: 'pages_to_scan',
    metric: gauge('kvminfo_host_ksm_pages_to_scan', 'Pages that KSM scans before it sleeps.'),
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
      'Whether KSM merges pages of different NUMA nodes, 0 or 1.',
    ),
    perUnit: 1,
  },
]
