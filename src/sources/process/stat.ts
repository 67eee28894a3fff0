// The text of /proc/<pid>/stat and /proc/<pid>/task/<tid>/stat; field numbers are those of proc(5).
import { KvminfoError } from '../../errors.ts'
import { nsPerTick } from './process.ts'

export interface Stat {
  readonly comm: string
  /** utime and stime, nanoseconds in steps of 10 ms. */
  readonly cpuNs: number
  readonly nice: number
  readonly startNs: number
  readonly cpu: number
  readonly rtPriority: number
  readonly policy: number
}

export function parseStat(text: string, subject: string): Stat {
  // A name may hold blanks, parentheses and newlines; nothing after it can.
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  const fields = text.slice(close + 2).split(' ')
  const field = (number: number): number => Number(fields[number - 3] || Number.NaN)
  const stat: Stat = {
    comm: text.slice(open + 1, close),
    cpuNs: (field(14) + field(15)) * nsPerTick,
    nice: field(19),
    startNs: field(22) * nsPerTick,
    cpu: field(39),
    rtPriority: field(40),
    policy: field(41),
  }
  const sum = stat.cpuNs + stat.nice + stat.startNs + stat.cpu + stat.rtPriority + stat.policy
  if (open === -1 || close < open || Number.isNaN(sum)) {
    throw new KvminfoError(
      'SOURCE_MALFORMED',
      `${subject} is not what proc(5) says: ${JSON.stringify(text.slice(0, 80))}`,
    )
  }
  return stat
}
