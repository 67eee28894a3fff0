// Pressure stall information of the host, /proc/pressure.
import { counter, type Metric } from './metric.ts'

export const pressureSomeSeconds = counter(
  'kvminfo_host_pressure_some_seconds_total',
  'Seconds in which at least one task waited for the resource (cpu, memory or io); some of /proc/pressure.',
  ['resource'],
)

export const pressureFullSeconds = counter(
  'kvminfo_host_pressure_full_seconds_total',
  'Seconds in which all tasks waited for the resource (cpu, memory or io) at once; full of /proc/pressure.',
  ['resource'],
)

export const pressureMetrics: readonly Metric[] = [pressureSomeSeconds, pressureFullSeconds]
