// Pressure stall information of the host, /proc/pressure.
import { counter, type Metric } from './metric.ts'

export const pressureSomeSeconds = counter(
  'kvminfo_host_pressure_some_seconds_total',
  'Seconds in which at least one task waited for the resource (cpu, memory or io); line some of /proc/pressure.',
  ['resource'],
)

export const pressureFullSeconds = counter(
  'kvminfo_host_pressure_full_seconds_total',
  'Seconds in which all non-idle tasks waited for the resource (cpu, memory or io) at the same time; line full of /proc/pressure. Absent for a resource without that line.',
  ['resource'],
)

export const pressureMetrics: readonly Metric[] = [pressureSomeSeconds, pressureFullSeconds]
