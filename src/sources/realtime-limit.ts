// The kernel's limit for real-time threads.
import { readFileSync } from 'node:fs'

/**
 * Microseconds in each period that real-time tasks may use; -1 is without limit; undefined if the kernel has no limit to
 * set. Before Linux 6.12, -1 lets a real-time thread keep everything else from a CPU for ever.
 */
export function readRealtimeRuntimeUs(procfs: string): number | undefined {
  try {
    return Number(readFileSync(`${procfs}/sys/kernel/sched_rt_runtime_us`, 'utf8'))
  } catch {
    return undefined
  }
}
