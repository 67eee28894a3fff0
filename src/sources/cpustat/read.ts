// Reads the host's CPU time and boot time from /proc/stat.
import { join } from 'node:path'
import { KvminfoError } from '../../errors.ts'
import type { CpuTime } from '../../model/host.ts'
import { sourceError } from '../source-error.ts'
import type { WholeFile } from '../whole-file.ts'
import { parseBootTime, parseCpuTime } from './parse.ts'

export interface HostStat {
  readonly cpuTime: readonly CpuTime[]
  /** Seconds since the Unix epoch. */
  readonly bootTime: number
}

export function readHostStat(procfs: string, file: WholeFile): HostStat {
  const path = join(procfs, 'stat')
  try {
    const text = file.text(path)
    const cpuTime = parseCpuTime(text)
    const bootTime = parseBootTime(text)
    if (cpuTime.length === 0 || bootTime === undefined) {
      throw new KvminfoError('SOURCE_MALFORMED', `${path} has no cpu<N> line or no btime line`)
    }
    return { cpuTime, bootTime }
  } catch (cause) {
    throw sourceError(cause, path)
  }
}
