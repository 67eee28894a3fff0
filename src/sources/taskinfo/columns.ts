// All rows of /proc/taskinfo as columns of numbers, in one pass over its bytes.
import type { TaskColumns } from '../task-columns.ts'
import { commAt } from './comm.ts'
import type { Columns } from './header.ts'
import type { RowIndex } from './row-index.ts'

const newline = 10
const blank = 32
const minus = 45
const zero = 48

/** A column of the file that has its number in a column of `TaskColumns`. */
const numbers = {
  tgid: 'pid',
  tid: 'tid',
  policy: 'policy',
  nice: 'nice',
  prio: 'priority',
  rt_prio: 'rtPriority',
  cpu: 'cpu',
  exec_ns: 'cpuNs',
  run_delay_ns: 'runDelayNs',
  nvcsw: 'voluntarySwitches',
  nivcsw: 'involuntarySwitches',
  slice_ns: 'sliceNs',
  start_ns: 'startNs',
  rss_kib: 'residentBytes',
  uid: 'uid',
} as const

/** Adds the rows of `rows` to `into`. A row with fewer or more fields than titles is left out. */
export function fillColumns(bytes: Buffer, columns: Columns, rows: RowIndex, into: TaskColumns): void {
  into.reserve(rows.count)
  const targets = new Array<Float64Array | undefined>(columns.count).fill(undefined)
  for (const [title, field] of Object.entries(numbers)) {
    const column = columns[title as keyof typeof numbers]
    if (column === -1) into[field].fill(Number.NaN, 0, rows.count)
    else targets[column] = into[field]
  }
  const stateColumn = columns.state
  if (stateColumn === -1) into.state.fill(Number.NaN, 0, rows.count)
  let count = 0
  for (let row = 0; row < rows.count; row++) {
    let at = rows.starts[row]!
    let field = 0
    for (;;) {
      const start = at
      const target = targets[field]
      let byte = bytes[at]!
      if (target !== undefined) {
        const isNegative = byte === minus
        if (isNegative) byte = bytes[++at]!
        const first = at
        let value = 0
        for (; byte >= zero && byte <= zero + 9; byte = bytes[++at]!) value = value * 10 + (byte - zero)
        const isNumber = at > first && (byte === blank || byte === newline)
        target[count] = isNumber ? (isNegative ? -value : value) : Number.NaN
      }
      while (byte !== blank && byte !== newline) byte = bytes[++at]!
      if (field === columns.comm) into.names[count] = commAt(bytes, start, at)
      else if (field === stateColumn) into.state[count] = bytes[start]!
      field++
      at++
      if (byte === newline || field === columns.count) {
        if (byte === newline && field === columns.count) count++
        break
      }
    }
  }
  for (let row = 0; row < count; row++) into.residentBytes[row]! *= 1024
  into.count = count
  into.trim()
}
