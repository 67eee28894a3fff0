// What a metric is: name, type, unit, help and the names of its labels.

type MetricType = 'counter' | 'gauge' | 'info'

export interface Metric {
  /** The name of its samples, with `_total` for a counter and `_info` for an info. */
  readonly name: string
  readonly type: MetricType
  /** OpenMetrics unit: the last word of the name before `_total`. undefined for counts and infos. */
  readonly unit: 'seconds' | 'bytes' | undefined
  /** Full sentences with the unit, the field of the source if there is one, and when the metric is absent. */
  readonly help: string
  readonly labels: readonly string[]
}

function define(type: MetricType, name: string, help: string, labels: readonly string[]): Metric {
  const unit = /_(seconds|bytes)(_total)?$/.exec(name)?.[1] as Metric['unit']
  return { name, type, unit, help, labels }
}

export const counter = (name: string, help: string, labels: readonly string[] = []): Metric =>
  define('counter', name, help, labels)

export const gauge = (name: string, help: string, labels: readonly string[] = []): Metric =>
  define('gauge', name, help, labels)

export const info = (name: string, help: string, labels: readonly string[] = []): Metric =>
  define('info', name, help, labels)
