// A frame as text: what the screen shows, without colours, as wide and as long as it needs to be.
import type { Frame } from '../frame/frame.ts'
import { capabilitiesOf } from '../screen/capabilities.ts'
import { LinePainter } from '../screen/line.ts'
import { emptyText } from '../view/empty.ts'
import { headerLines } from '../view/header.ts'
import { layOut, rowLine, titleLine } from '../view/table.ts'
import { taskColumns } from '../view/task-columns.ts'
import { vmColumns } from '../view/vm-columns.ts'
import { eachRow, type RowChoice } from './rows.ts'

/** Wider than all columns together. */
const width = 250

export function textReport(frame: Frame, choice: RowChoice & { readonly intervalSeconds: number }): string {
  const painter = new LinePainter({ ...capabilitiesOf(process.env), hasStyles: false })
  const header = headerLines(frame, {
    width,
    painter,
    pace: `over ${frame.seconds?.toFixed(1)} s`,
    showsCpus: false,
    cpuRows: 0,
  })
  const view = { sort: choice.sort, columnOffset: 0, width, painter }
  const title =
    choice.list === 'vms'
      ? titleLine({ ...view, columns: vmColumns }, layOut({ ...view, columns: vmColumns }))
      : titleLine({ ...view, columns: taskColumns }, layOut({ ...view, columns: taskColumns }))
  const rows = eachRow(frame, choice, (columns, row) => {
    const table = { ...view, columns }
    return rowLine(table, layOut(table), row, { isSelected: false })
  })
  if (rows.length === 0)
    rows.push(
      painter
        .line(width)
        .add(emptyText(frame, choice.list, choice.filter))
        .end(),
    )
  return `${[...header, '', title, ...rows].map((line) => line.trimEnd()).join('\n')}\n\n`
}
