// How many tasks wanted a CPU, from /proc/loadavg.
import { readFileSync } from 'node:fs'
import { sourceError } from '../source-error.ts'

/** The average of the last five minutes; tasks that wait for a disk count too. */
export function readLoad(procfs: string): number {
  const path = `${procfs}/loadavg`
  try {
    return Number(readFileSync(path, 'utf8').split(' ')[1])
  } catch (cause) {
    throw sourceError(cause, path)
  }
}
