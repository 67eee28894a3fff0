// What the exporter says of itself. `process_*` come from prom-client.
import { counter, gauge, info, type Metric } from './metric.ts'

export const up = gauge(
  'kvminfo_up',
  'Whether this scrape could list the VMs of the host, 1 or 0. At 0 it has no series of VMs, those of the host stay; single VMs that are left out show in kvminfo_scrape_collector_success.',
)

export const buildInfo = info(
  'kvminfo_exporter_build_info',
  'The running exporter, always 1: its version and that of Node.js.',
  ['version', 'nodeversion'],
)

export const snapshotDuration = gauge(
  'kvminfo_scrape_snapshot_duration_seconds',
  'Seconds from the request until VMs were listed and identified, before the first collector ran.',
)

export const collectorDuration = gauge(
  'kvminfo_scrape_collector_duration_seconds',
  'Seconds a collector took in this scrape. What several collectors need counts for the first of them.',
  ['collector'],
)

export const collectorSuccess = gauge(
  'kvminfo_scrape_collector_success',
  'Whether a collector could give all its series in this scrape, 1 or 0.',
  ['collector'],
)

export const vmProblems = counter(
  'kvminfo_exporter_vm_problems_total',
  'Problems with single VMs that cost them series, by collector and error code. VM_VANISHED is a VM that ended during a scrape and no fault.',
  ['collector', 'code'],
)

export const sourceActive = gauge(
  'kvminfo_source_active',
  'Whether the fact is read from this source now, 1 or 0. All sources that could tell it are listed.',
  ['fact', 'source'],
)

export const sourceUnavailable = info(
  'kvminfo_source_unavailable_info',
  'A source that cannot be used now, always 1: the fact it would tell and the error code that says why. Absent for those that can.',
  ['fact', 'source', 'code'],
)

export const exporterMetrics: readonly Metric[] = [
  up,
  buildInfo,
  snapshotDuration,
  collectorDuration,
  collectorSuccess,
  vmProblems,
  sourceActive,
  sourceUnavailable,
]
