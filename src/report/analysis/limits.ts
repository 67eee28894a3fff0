// The limits that the report judges by. A test compares the defaults with alerts/settings.rules.yaml, which says where
// they come from.
import type { Limits } from '../document.ts'

/** The record in Prometheus and its value as shipped. */
export const shipped: Readonly<Record<keyof Limits, readonly [record: string, value: number]>> = {
  hostCpuHigh: ['host_cpu_high', 0.7],
  hostMemoryLow: ['host_memory_low', 0.1],
  runDelayHigh: ['run_delay_high', 0.1],
  realtimeDensityHigh: ['realtime_density_high', 0.5],
  cpuActive: ['cpu_active', 0.25],
  memoryBig: ['memory_big', 4 * 1024 ** 3],
  hugepagesBacked: ['hugepages_backed', 0.5],
  balloonHeld: ['balloon_held', 0.1],
}

/** The operator's own values win. */
export function limitsFrom(recorded: ReadonlyMap<string, number>): Limits {
  const entries = Object.entries(shipped).map(([name, [record, value]]) => [
    name,
    recorded.get(record) ?? value,
  ])
  return Object.fromEntries(entries) as Limits
}
