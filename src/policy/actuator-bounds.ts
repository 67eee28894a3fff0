// What of the policy bounds the actuator, whoever asks it.
import { matches, type Policy } from './schema.ts'

export interface ActuatorBounds {
  readonly maxRealtimePriority: number
  readonly minNice: number
  readonly freeCpus: number
  readonly maxCpuWeight: number
  /** How far ahead a lease may end. */
  readonly maxLeaseSeconds: number
  readonly maxLeaseTotalSeconds: number
  isProtected(vm: { readonly uuid: string | null; readonly name: string | undefined }): boolean
}

export function actuatorBounds({ actuator, measure, vms }: Policy): ActuatorBounds {
  const entries = vms.filter((entry) => entry.protected)
  return {
    maxRealtimePriority: actuator.max_realtime_priority,
    minNice: actuator.min_nice,
    freeCpus: actuator.free_cpus,
    maxCpuWeight: actuator.max_cpu_weight,
    // A block of a trial lasts five windows and may be late.
    maxLeaseSeconds: Math.max(measure.lease, 6 * measure.window) / 1000 + 60,
    maxLeaseTotalSeconds: measure.lease_total / 1000,
    isProtected: ({ uuid, name }) => entries.some((entry) => matches(entry, { name, uuid })),
  }
}
