// Formats tables and targets for a terminal.
import type { Table, Target } from './part.ts'

export function formatTable({ title, columns, rows, notes }: Table): string {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => row[index]!.length)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!)))
      .join('  ')
      .trimEnd()
  return [
    '',
    title,
    '',
    line(columns),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...rows.map(line),
    '',
    ...notes,
  ]
    .map((text) => (text === '' ? '' : `  ${text}`))
    .join('\n')
}

export function isMet({ measured, limit }: Target): boolean {
  return measured <= limit
}

export function formatTarget(target: Target): string {
  const { what, limit, measured } = target
  return `  ${isMet(target) ? 'met   ' : 'MISSED'}  ${what}: ${round(measured)}, at most ${limit}`
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2)
}
