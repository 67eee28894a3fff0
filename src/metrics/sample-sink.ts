// What takes samples: collectors and self metrics write to it, the exposition implements it.
import type { LabelBytes } from './labels.ts'
import type { Metric } from './metric.ts'

export interface SampleSink {
  /** Opens a family: all samples until the next call belong to it. A family without samples is not shown. */
  family(metric: Metric): void
  sample(labels: LabelBytes, value: number): void
}
