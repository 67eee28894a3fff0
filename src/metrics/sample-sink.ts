// Receives samples. Collectors and self metrics write to it; `Exposition` implements it.
import type { LabelBytes } from './labels.ts'
import type { Metric } from './metric.ts'

export interface SampleSink {
  /** Starts a family: all samples until the next call belong to it. A family without samples is not written. */
  family(metric: Metric): void
  sample(labels: LabelBytes, value: number): void
}
