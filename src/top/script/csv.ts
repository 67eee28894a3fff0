// Frames as CSV (RFC 4180, with the line ends of this system): a line of titles, then one line for each row of each frame.
import type { Frame } from '../frame/frame.ts'
import { printable } from '../screen/printable.ts'
import { taskColumns } from '../view/task-columns.ts'
import { vmColumns } from '../view/vm-columns.ts'
import { eachRow, plainValue, type RowChoice } from './rows.ts'

export function csvHead(list: 'vms' | 'tasks'): string {
  const ids = (list === 'vms' ? vmColumns : taskColumns).map(({ id }) => id)
  return `${['at', 'seconds', ...ids].join(',')}\n`
}

export function csvRows(frame: Frame, choice: RowChoice): string {
  const { at, seconds } = frame
  const rows = eachRow(frame, choice, (columns, row) =>
    [at.toFixed(3), seconds!.toFixed(3), ...columns.map(({ value }) => field(plainValue(value(row))))].join(
      ',',
    ),
  )
  return rows.map((row) => `${row}\n`).join('')
}

/** Empty if it is not known. */
function field(value: number | string | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = printable(value)
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
