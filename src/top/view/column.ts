// What a column is: one value of each row, how it is shown, and by what the table is sorted.
import type { Style } from '../screen/style.ts'

/** null and NaN: not known; sorted last in both directions. */
export type Value = number | string | null

export interface Column<Row> {
  /** For `--sort`, and the title in CSV and JSON. */
  readonly id: string
  readonly title: string
  /** For the help. */
  readonly hint: string
  /** In cells of the terminal. */
  readonly width: number
  /** Text is aligned left and sorted upwards first, numbers right and downwards first. */
  readonly isText?: boolean
  /** Whether it stays where it is when the other columns move sideways. */
  readonly isFixed?: boolean
  /** Whether it is last and takes the width that is left. */
  readonly isLast?: boolean
  readonly value: (row: Row) => Value
  readonly show: (row: Row) => string
  readonly style?: (row: Row) => Style | undefined
}

/** A number, NaN if it is not known. */
interface NumberColumn<Row> extends Omit<Column<Row>, 'show' | 'isText'> {
  readonly value: (row: Row) => number | null
  readonly format: (value: number | null) => string
}

export function numberColumn<Row>({ format, ...column }: NumberColumn<Row>): Column<Row> {
  return { ...column, show: (row) => format(column.value(row)) }
}

interface TextColumn<Row> extends Omit<Column<Row>, 'show' | 'isText'> {
  readonly value: (row: Row) => string | null
}

export function textColumn<Row>(column: TextColumn<Row>): Column<Row> {
  return { ...column, isText: true, show: (row) => column.value(row) ?? '-' }
}

export interface SortOrder {
  readonly id: string
  readonly isDescending: boolean
}

/** As a person expects it first: numbers from the largest, text from A. */
export const firstOrder = ({ id, isText }: Pick<Column<never>, 'id' | 'isText'>): SortOrder => ({
  id,
  isDescending: isText !== true,
})

/** Compares two values; unknown ones come last in both directions. */
export function compareValues(a: Value, b: Value, isDescending: boolean): number {
  const isUnknown = (value: Value) => value === null || Number.isNaN(value)
  if (isUnknown(a) || isUnknown(b)) return Number(isUnknown(a)) - Number(isUnknown(b))
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(a), String(b))
  return isDescending ? -order : order
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
