// Sets and ends the kill switch: a file, so that it works without this program and outlives it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { killSwitchPath } from '../../actuator/kill-switch.ts'

export function stopAll(rundir: string, why: string): void {
  const path = killSwitchPath(rundir)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${why}\n`)
}

export function resumeAll(rundir: string): void {
  rmSync(killSwitchPath(rundir), { force: true })
}
