// One table of the report as CSV (RFC 4180), with bare numbers in base units.
import type { Cell, Section, Table } from '../content/section.ts'
import { sectionsOf } from '../content/sections.ts'
import type { Report } from '../document.ts'
import type { TableName } from '../forms.ts'

function tablesOf(report: Report): Table[] {
  const all = (sections: readonly Section[]): Table[] =>
    sections.flatMap(({ tables, sections: below = [] }) => [...tables, ...all(below)])
  return all(sectionsOf(report))
}

export function csvReport(report: Report, name: TableName): string {
  const table = tablesOf(report).find(({ id }) => id === name)!
  const rows = [table.columns.map((column) => column.name), ...table.rows]
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('')
}

function field(cell: Cell): string {
  if (typeof cell !== 'string') return cell.value === null ? '' : String(cell.value)
  // A spreadsheet would take such a text for a formula, and a VM may have any name.
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
