// The scheduling tier of a VM now, and the one that its figures speak for. Tiers 3 and 4 are for what a VM means to the
// business, which no figure shows, so the report never recommends them, and leaves VMs in them where they are.
import type { Scheduling } from '../collect/present.ts'
import type { Limits, Tier } from '../document.ts'
import { percentText } from '../format.ts'
import { tooMuch } from './sizes.ts'
import type { VmFigures } from './vm-figures.ts'

/** Policies of the thesis's four tiers (section 4.2), with any priorities. */
function tierNow({ policies, priority }: Scheduling): number | null {
  if (policies.length !== 1) return null
  switch (policies[0]) {
    case 'rr':
      return priority >= 99 || priority === 2 ? 3 : 2
    case 'fifo':
      return 4
    case 'deadline':
      return null
    default:
      return 1
  }
}

/** `realtimeLeft`: real-time vCPUs that the host still has within its budget; null if not known. */
export function tierOf(
  scheduling: Scheduling,
  { runDelay, cpu, vcpus }: VmFigures,
  realtimeLeft: number | null,
  limits: Limits,
): Tier {
  const now = tierNow(scheduling)
  if (now === null) {
    const reason =
      scheduling.policies.length > 1 ? 'its vCPUs have different policies' : 'its policy is not known'
    return { now, recommended: null, reason }
  }
  if (runDelay === null) return { now, recommended: now, reason: 'it uses too little CPU to be judged' }
  const waits = `waits for a CPU for up to ${percentText(runDelay.p95)} of its runnable time`
  if (now > 1) return { now, recommended: now, reason: `${waits} in its tier` }
  if (runDelay.p95 < limits.runDelayHigh) return { now, recommended: 1, reason: `${waits}, which is little` }
  if (cpu !== null && vcpus !== null && cpu.p95 / vcpus > tooMuch) {
    const reason = `${waits}, but it keeps its vCPUs so busy that a real-time policy would starve others`
    return { now, recommended: 1, reason }
  }
  if (realtimeLeft === null || vcpus === null || realtimeLeft < vcpus) {
    return { now, recommended: 1, reason: `${waits}, but the host has no room for more real-time vCPUs` }
  }
  return { now, recommended: 2, reason: waits }
}
