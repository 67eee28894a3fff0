// Selectors: the one place that puts the dashboards' variables into a query.

import { meminfoMetrics } from '../../src/metrics/host-memory.ts'
import { ksmMetrics } from '../../src/metrics/ksm.ts'
import type { Metric } from '../../src/metrics/metric.ts'

/** A series that the rules of alerts/ record, or that Prometheus or its client library provides. */
type Named =
  | `${'vm' | 'vcpu' | 'instance'}:kvminfo_${string}:${string}`
  | 'up'
  | 'ALERTS'
  | `process_${string}`

const hostMatchers = ['job=~"$job"', 'instance=~"$instance"']
const vmMatchers = [...hostMatchers, 'vm=~"$vm"']

/** The labels that identify a host or a VM. Sums keep them and joins match on them. */
export const perHost = 'job, instance'
export const perVm = 'job, instance, vm'

const select = (metric: Metric | Named, matchers: readonly string[]): string =>
  `${typeof metric === 'string' ? metric : metric.name}{${matchers.join(',')}}`

/** All series of the selected hosts. */
export const onHost = (metric: Metric | Named, ...matchers: string[]): string =>
  select(metric, [...hostMatchers, ...matchers])

/** The series of the selected VMs. */
export const ofVm = (metric: Metric | Named, ...matchers: string[]): string =>
  select(metric, [...vmMatchers, ...matchers])

/** A rate per second. Grafana chooses an interval that suits the graph and the scrape interval. */
export const rate = (series: string): string => `rate(${series}[$__rate_interval])`

/** Keeps only the labels that identify a host or a VM and drops those that a scrape configuration adds. */
export const byHost = (expr: string): string => `max by (${perHost}) (${expr})`
export const byVm = (expr: string): string => `max by (${perVm}) (${expr})`

/** Leaves out VMs that exit too seldom to be judged. */
export const judged = (expr: string): string => `${expr} and on (${perVm}) ${ofVm('vm:kvminfo_active:info')}`

export function meminfo(field: string): Metric {
  const found = meminfoMetrics.find((each) => each.field === field)
  if (found === undefined)
    throw new Error(`no metric for ${field} of /proc/meminfo; see src/metrics/host-memory.ts`)
  return found.metric
}

export function ksm(file: string): Metric {
  const found = ksmMetrics.find((each) => each.file === file)
  if (found === undefined) throw new Error(`no metric for /sys/kernel/mm/ksm/${file}; see src/metrics/ksm.ts`)
  return found.metric
}
