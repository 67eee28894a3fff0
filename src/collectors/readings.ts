// Writes several metrics that each read one figure of the same kind of object, such as a vCPU thread. Most samples of a
// scrape are written in this loop.
import type { LabelBytes } from '../metrics/labels.ts'
import type { Metric } from '../metrics/metric.ts'
import type { SampleSink } from '../metrics/sample-sink.ts'

/** A metric and the function that reads it from a source; undefined if that source does not know it. */
export type Reading<Source> = readonly [Metric, (source: Source) => number | undefined]

/** `labels[n]` belongs to `sources[n]`. */
export function writeReadings<Source>(
  readings: readonly Reading<Source>[],
  labels: readonly LabelBytes[],
  sources: readonly Source[],
  sink: SampleSink,
): void {
  for (const [metric, read] of readings) {
    sink.family(metric)
    // By index because for-of makes an object per step until the optimizing compiler removes it. For 1,000 VMs with 8
    // vCPUs each that was 3 MB a scrape.
    for (let index = 0; index < sources.length; index++) {
      const value = read(sources[index]!)
      if (value !== undefined) sink.sample(labels[index]!, value)
    }
  }
}
