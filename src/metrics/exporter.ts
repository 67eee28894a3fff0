// Metrics about the exporter itself. prom-client adds `process_*`.
import { counter, gauge, info, type Metric } from './metric.ts'

export const up = gauge(
  'kvminfo_up',
  'Whether this scrape could list the VMs of the host, 1 or 0. At 0 the scrape has the series of the host but none of VMs. If only single VMs are left out, this stays 1 and kvminfo_scrape_collector_success is 0.',
)

export const buildInfo = info(
  'kvminfo_exporter_build_info',
  'The running exporter, always 1: its version and the version of Node.js.',
  ['version', 'nodeversion'],
)

export const snapshotDuration = gauge(
  'kvminfo_scrape_snapshot_duration_seconds',
  'Seconds from the request until the VMs were listed and identified, before the first collector ran.',
)

export const collectorDuration = gauge(
  'kvminfo_scrape_collector_duration_seconds',
  'Seconds that a collector took in this scrape. Reading data that several collectors need counts for the first of them.',
  ['collector'],
)

export const collectorSuccess = gauge(
  'kvminfo_scrape_collector_success',
  'Whether a collector wrote all of its series in this scrape, 1 or 0. It stays 1 if the kernel does not have what the collector reads, and if only processes have problems that nothing but their command lines calls VMs.',
  ['collector'],
)

export const collectorSupported = gauge(
  'kvminfo_scrape_collector_supported',
  'Whether the kernel of this host has what the collector reads, 1 or 0. At 0 the collector has no series, and kvminfo_scrape_collector_success stays 1.',
  ['collector'],
)

export const vmProblems = counter(
  'kvminfo_exporter_vm_problems_total',
  'Problems with single VMs, or with processes that look like VMs, that cost them series, by collector and error code. VM_VANISHED means that a VM ended during a scrape, which is not a fault.',
  ['collector', 'code'],
)

export const sourceActive = gauge(
  'kvminfo_source_active',
  'Whether the fact is read from this source now, 1 or 0. Every source that can provide the fact has a series.',
  ['fact', 'source'],
)

export const sourceUnavailable = info(
  'kvminfo_source_unavailable_info',
  'A source that is not available now, always 1: the fact that it would provide and the error code that says why. Absent for available sources.',
  ['fact', 'source', 'code'],
)

export const exporterMetrics: readonly Metric[] = [
  up,
  buildInfo,
  snapshotDuration,
  collectorDuration,
  collectorSuccess,
  collectorSupported,
  vmProblems,
  sourceActive,
  sourceUnavailable,
]
