// Parses /proc/<pid>/stat and /proc/<pid>/task/<tid>/stat; field numbers are those of proc(5).
import { KvminfoError } from '../../errors.ts'
import { decimalBetween } from '../decimal.ts'
import { nsPerTick } from './process.ts'

export interface Stat {
  readonly comm: string
  /** R S D T t X Z P I. */
  readonly state: string
  /** utime plus stime, nanoseconds in steps of 10 ms. */
  readonly cpuNs: number
  /** As the kernel has it: -1 deadline, 0 to 99 real time, 100 to 139 fair. The file has it less 100. */
  readonly priority: number
  readonly nice: number
  readonly startNs: number
  readonly residentPages: number
  readonly cpu: number
  readonly rtPriority: number
  readonly policy: number
}

export function parseStat(text: string, subject: string): Stat {
  // A name can contain blanks, parentheses and newlines; the fields after it cannot.
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  findFields(text, close + 2)
  const field = (number: number): number => signedAt(text, starts[number]!, starts[number + 1]! - 1)
  const stat: Stat = {
    comm: text.slice(open + 1, close),
    state: text.charAt(close + 2),
    cpuNs: (field(14) + field(15)) * nsPerTick,
    priority: field(18) + 100,
    nice: field(19),
    startNs: field(22) * nsPerTick,
    residentPages: field(24),
    cpu: field(39),
    rtPriority: field(40),
    policy: field(41),
  }
  const sum =
    stat.cpuNs +
    stat.priority +
    stat.nice +
    stat.residentPages +
    stat.startNs +
    stat.cpu +
    stat.rtPriority +
    stat.policy
  if (open === -1 || close < open || Number.isNaN(sum)) {
    throw new KvminfoError(
      'SOURCE_MALFORMED',
      `${subject} does not have the format of proc(5): ${JSON.stringify(text.slice(0, 80))}`,
    )
  }
  return stat
}

/** The last field that is used; the line has about ten more. */
const lastField = 41
/** By the number of a field: where it starts in the text of the last call. A loop over them is faster than split(). */
const starts = new Int32Array(lastField + 2)

function findFields(text: string, from: number): void {
  starts.fill(0)
  let field = 3
  starts[field] = from
  for (let at = from; at < text.length && field <= lastField; at++) {
    const code = text.charCodeAt(at)
    if (code === blank || code === newline) starts[++field] = at + 1
  }
  if (field <= lastField) starts[field + 1] = text.length + 1
}

/** NaN if there is no number. */
function signedAt(text: string, start: number, end: number): number {
  const isNegative = text.charCodeAt(start) === minus
  const value = decimalBetween(text, isNegative ? start + 1 : start, end) ?? Number.NaN
  return isNegative ? -value : value
}

const newline = 10
const blank = 32
const minus = 45
