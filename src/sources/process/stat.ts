// Parses /proc/<pid>/stat and /proc/<pid>/task/<tid>/stat; field numbers are those of proc(5).
import { KvminfoError } from '../../errors.ts'
import { nsPerTick } from './process.ts'

export interface Stat {
  readonly comm: string
  /** utime plus stime, nanoseconds in steps of 10 ms. */
  readonly cpuNs: number
  readonly nice: number
  readonly startNs: number
  readonly cpu: number
  readonly rtPriority: number
  readonly policy: number
}

export function parseStat(text: string, subject: string): Stat {
  // A name can contain blanks, parentheses and newlines; the fields after it cannot.
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
      `${subject} does not have the format of proc(5): ${JSON.stringify(text.slice(0, 80))}`,
    )
  }
  return stat
}
