// A table: the title line and the rows that fit on the screen. Only those rows are formatted.
import type { Line, LinePainter } from '../screen/line.ts'
import type { Column, SortOrder } from './column.ts'

export interface TableView<Row> {
  readonly columns: readonly Column<Row>[]
  readonly sort: SortOrder
  readonly columnOffset: number
  readonly width: number
  readonly painter: LinePainter
}

interface Layout<Row> {
  readonly columns: readonly Column<Row>[]
  /** Columns that did not fit on the right. */
  readonly hidden: number
}

const gap = 1
/** The last column gets at least so much before a column in the middle gets its place. */
const lastMinimum = 12

/** The columns that fit: the fixed ones, then those from `columnOffset` on, then the last. */
export function layOut<Row>({ columns, columnOffset, width }: TableView<Row>): Layout<Row> {
  const fixed = columns.filter(({ isFixed }) => isFixed === true)
  const last = columns.filter(({ isLast }) => isLast === true)
  const moving = columns.filter(({ isFixed, isLast }) => isFixed !== true && isLast !== true)
  const offset = Math.min(columnOffset, Math.max(0, moving.length - 1))
  let left = width - fixed.reduce((sum, column) => sum + column.width + gap, 0)
  left -= last.length * (lastMinimum + gap)
  let fitting = 0
  for (const column of moving.slice(offset)) {
    left -= column.width + gap
    // A gap behind the last cell of a line is not needed.
    if (left < -gap) break
    fitting++
  }
  return {
    columns: [...fixed, ...moving.slice(offset, offset + fitting), ...last],
    hidden: moving.length - offset - fitting,
  }
}

export function titleLine<Row>(view: TableView<Row>, { columns }: Layout<Row>): string {
  const line = view.painter.line(view.width, 'title')
  for (const column of columns) {
    // The order shows as a mark before or behind the title.
    const isSorted = column.id === view.sort.id
    const mark = view.painter.arrow(view.sort.isDescending)
    const title = isSorted
      ? column.isText
        ? `${column.title}${mark}`
        : `${mark}${column.title}`
      : column.title
    addCell(line, column, title, undefined)
  }
  return line.end()
}

export function rowLine<Row>(
  view: TableView<Row>,
  { columns }: Layout<Row>,
  row: Row,
  options: { readonly isSelected: boolean; readonly indent?: number },
): string {
  const line = view.painter.line(view.width, options.isSelected ? 'selected' : undefined)
  for (const column of columns) {
    const text = column.show(row)
    const isIndented = column.isLast === true && options.indent !== undefined && options.indent > 0
    addCell(line, column, isIndented ? `${'  '.repeat(options.indent)}${text}` : text, column.style?.(row))
  }
  return line.end()
}

function addCell<Row>(
  line: Line,
  { width, isText, isLast }: Column<Row>,
  text: string,
  style: Parameters<Line['add']>[1],
): void {
  if (isLast) {
    line.cell(text, line.left, { style })
    return
  }
  // A title may be wider than its column by the mark of the order, and takes the gap then.
  if (isText !== true && text.length === width + gap) line.cell(text, width + gap, { align: 'right', style })
  else {
    line.cell(text, width, { align: isText ? 'left' : 'right', style })
    line.cell('', gap)
  }
}
