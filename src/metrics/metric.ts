// What a metric is, and the rendered labels that its samples carry.

type MetricType = 'counter' | 'gauge' | 'info'

export interface Metric {
  /** Full sample name: `_total` on counters, `_info` on infos. */
  readonly name: string
  readonly type: MetricType
  /** OpenMetrics unit: the name's last word before `_total`; undefined for counts and infos. */
  readonly unit: 'seconds' | 'bytes' | undefined
  /** A full sentence with the unit and, where there is one, the source field. */
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
