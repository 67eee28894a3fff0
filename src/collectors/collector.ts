// What a collector is: it turns one topic of a snapshot into samples. It reads nothing itself and keeps no
// state but rendered labels.

import type { Metric } from '../metrics/metric.ts'
import type { SampleSink } from '../metrics/sample-sink.ts'
import type { HostSnapshot } from '../model/host-snapshot.ts'

export interface Collector {
  /** As in `--collector.<name>` and the label `collector`. */
  readonly name: string
  /** One line for `--help`. */
  readonly description: string
  readonly enabledByDefault: boolean
  readonly metrics: readonly Metric[]
  /**
   * Throws when its topic as a whole cannot be had: the scrape then drops what it wrote and reports success 0.
   * What only costs single VMs comes back in the parts' problems, which the scrape logs and reports.
   */
  collect(snapshot: HostSnapshot, sink: SampleSink): void
}
