// The rows that a script gets: the same lists, columns and order as on the screen.
import type { Frame } from '../frame/frame.ts'
import type { Column, Value } from '../view/column.ts'
import { orderTasks, orderVms, type TaskChoice } from '../view/order.ts'
import { type TaskRow, taskColumns } from '../view/task-columns.ts'
import { vmColumns } from '../view/vm-columns.ts'

export interface RowChoice extends TaskChoice {
  readonly list: 'vms' | 'tasks'
}

/** Calls `add` for each row, with the columns of the list. */
export function eachRow<Result>(
  frame: Frame,
  choice: RowChoice,
  add: <Row>(columns: readonly Column<Row>[], row: Row) => Result,
): Result[] {
  if (choice.list === 'vms') return orderVms(frame, choice).map((vm) => add(vmColumns, vm))
  const list = frame.tasks
  return orderTasks(list, choice).map(({ row, isProcess }) => {
    list.rows.complete(row)
    return add<TaskRow>(taskColumns, { list, row, isProcess })
  })
}

/** null for what is not known. */
export const plainValue = (value: Value): Value =>
  typeof value === 'number' && !Number.isFinite(value) ? null : value
