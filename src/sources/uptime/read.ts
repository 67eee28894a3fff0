// Reads the time since boot from /proc/uptime, the clock to which all start times refer.
import { join } from 'node:path'
import { KvminfoError } from '../../errors.ts'
import { sourceError } from '../source-error.ts'
import type { WholeFile } from '../whole-file.ts'

export const uptimePath = (procfs: string): string => join(procfs, 'uptime')

/** Nanoseconds since boot, in steps of 10 ms. */
export function readUptimeNs(procfs: string, file: WholeFile): number {
  const path = uptimePath(procfs)
  try {
    const seconds = /^(\d+\.\d+) /.exec(file.text(path))?.[1]
    if (seconds === undefined)
      throw new KvminfoError('SOURCE_MALFORMED', `${path} does not start with a number of seconds`)
    return Number(seconds) * 1e9
  } catch (cause) {
    throw sourceError(cause, path)
  }
}
