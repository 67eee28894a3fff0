// The kill switch: while the file exists, the actuator only reads and reverses. A file works without any of our programs.
import { statSync } from 'node:fs'
import { join } from 'node:path'

export const killSwitchPath = (rundir: string): string => join(rundir, 'kvminfo/remediation.stop')

/** Anything at that path counts, also a folder or something that cannot be read. */
export function isStopped(rundir: string): boolean {
  try {
    return statSync(killSwitchPath(rundir), { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}
