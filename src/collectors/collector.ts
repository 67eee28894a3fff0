// What a collector is: it turns one topic of a snapshot into samples. It reads nothing itself, and rendered labels are
// the only state it keeps.

import type { Metric } from '../metrics/metric.ts'
import type { SampleSink } from '../metrics/sample-sink.ts'
import type { HostSnapshot } from '../model/host-snapshot.ts'

export interface Collector {
  /** The name in `--collector.<name>` and in the label `collector`. */
  readonly name: string
  /** One line for `--help`. */
  readonly description: string
  readonly enabledByDefault: boolean
  readonly metrics: readonly Metric[]
  /**
   * Throws if its whole topic is not available. The scrape then drops what the collector wrote and reports success 0.
   * Faults of single VMs are in `problems` of the snapshot's parts, which the scrape logs and reports.
   */
  collect(snapshot: HostSnapshot, sink: SampleSink): void
}
