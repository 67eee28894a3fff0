// Selectors: the one place where the dashboards' variables meet a metric's name.

import { meminfoMetrics } from '../../src/metrics/host-memory.ts'
import { ksmMetrics } from '../../src/metrics/ksm.ts'
import type { Metric } from '../../src/metrics/metric.ts'

/** A series that the rules of alerts/ record, or that Prometheus or its client library makes by itself. */
type Named =
  | `${'vm' | 'vcpu' | 'instance'}:kvminfo_${string}:${string}`
  | 'up'
  | 'ALERTS'
  | `process_${string}`

const hostMatchers = ['job=~"$job"', 'instance=~"$instance"']
const vmMatchers = [...hostMatchers, 'vm=~"$vm"']

/** Labels that name a host or a VM: what sums keep and joins match on. */
export const perHost = 'job, instance'
export const perVm = 'job, instance, vm'

const select = (metric: Metric | Named, matchers: readonly string[]): string =>
  `${typeof metric === 'string' ? metric : metric.name}{${matchers.join(',')}}`

/** All series of the chosen hosts. */
export const onHost = (metric: Metric | Named, ...matchers: string[]): string =>
  select(metric, [...hostMatchers, ...matchers])

/** The series of the chosen VMs. */
export const ofVm = (metric: Metric | Named, ...matchers: string[]): string =>
  select(metric, [...vmMatchers, ...matchers])

/** A rate per second over an interval that fits the graph and the scrapes. */
export const rate = (series: string): string => `rate(${series}[$__rate_interval])`

/** Only the labels that name a host or a VM, whatever a scrape configuration adds. */
export const byHost = (expr: string): string => `max by (${perHost}) (${expr})`
export const byVm = (expr: string): string => `max by (${perVm}) (${expr})`

/** Leaves out VMs that switch too seldom to be judged. */
export const judged = (expr: string): string => `${expr} and on (${perVm}) ${ofVm('vm:kvminfo_active:info')}`

export function meminfo(field: string): Metric {
  const found = meminfoMetrics.find((each) => each.field === field)
  if (found === undefined)
    throw new Error(`no metric for ${field} of /proc/meminfo; src/metrics/host-memory.ts`)
  return found.metric
}

export function ksm(file: string): Metric {
  const found = ksmMetrics.find((each) => each.file === file)
  if (found === undefined) throw new Error(`no metric for /sys/kernel/mm/ksm/${file}; src/metrics/ksm.ts`)
  return found.metric
}
