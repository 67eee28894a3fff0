// The kill switch is a file, so that it works without this program and outlives it.
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const killSwitchPath = (rundir: string): string => join(rundir, 'kvminfo/remediation.stop')

/** Anything at that path counts, also a folder or something that cannot be read. */
export function isStopped(rundir: string): boolean {
  try {
    return statSync(killSwitchPath(rundir), { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}

export function stopAll(rundir: string, why: string): void {
  const path = killSwitchPath(rundir)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${why}\n`)
}

export function resumeAll(rundir: string): void {
  rmSync(killSwitchPath(rundir), { force: true, recursive: false })
}
