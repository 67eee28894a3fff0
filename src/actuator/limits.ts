// What the actuator does not exceed, whoever asks.
import { isRealtimePolicy, policyName } from '../model/policy.ts'
import type { Scheduling } from './protocol.ts'

export interface Limits {
  readonly maxRealtimePriority: number
  readonly minNice: number
  readonly maxNice: number
  /** CPUs that real-time vCPUs of all VMs together cannot fill. */
  readonly freeCpus: number
  /** The weight of a VM's control group, in times of the kernel's default. */
  readonly maxCpuWeight: number
  /** How far ahead a lease may end, seconds. */
  readonly maxLeaseSeconds: number
  /** How long leases of a VM may follow each other, seconds; a day at most. */
  readonly maxLeaseTotalSeconds: number
  /** Whether nothing of the VM may be changed. */
  isProtected(vm: { readonly uuid: string | null; readonly name: string | undefined }): boolean
}

/** Without a policy file. */
export const shippedLimits: Limits = {
  maxRealtimePriority: 2,
  minNice: -10,
  maxNice: 19,
  freeCpus: 1,
  maxCpuWeight: 10,
  maxLeaseSeconds: 3_600,
  maxLeaseTotalSeconds: 86_400,
  isProtected: () => false,
}

const settable = [0, 1, 2, 3]

/** Why no thread may get this scheduling; undefined if it may. */
export function schedulingProblem(to: Scheduling, limits: Limits): string | undefined {
  const { policy, rtPriority, nice, resetOnFork } = to
  if (!settable.includes(policy)) return `policy ${policyName(policy)} is not one of other, fifo, rr, batch`
  if (isRealtimePolicy(policy)) {
    if (rtPriority < 1) return `policy ${policyName(policy)} needs a real-time priority from 1 to 99`
    if (rtPriority > limits.maxRealtimePriority)
      return `real-time priority ${rtPriority} is above ${limits.maxRealtimePriority}, the highest that is allowed`
    if (!resetOnFork)
      return 'a real-time policy is only set with reset-on-fork, so that no new thread inherits it'
  } else if (rtPriority !== 0) return `policy ${policyName(policy)} has no real-time priority`
  return nice < limits.minNice || nice > limits.maxNice
    ? `nice ${nice} is outside of the allowed range, ${limits.minNice} to ${limits.maxNice}`
    : undefined
}
