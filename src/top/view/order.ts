// Which rows a list has, and in which order.
import type { Frame, VmFigures } from '../frame/frame.ts'
import { isMainThread, type TaskList, type TaskRef, vmOf } from '../frame/task-list.ts'
import { type Column, compareValues, type SortOrder } from './column.ts'
import { isCostly, type TaskRow, taskColumns } from './task-columns.ts'
import { vmColumns } from './vm-columns.ts'

export interface Choice {
  readonly sort: SortOrder
  readonly filter: string
  readonly rowLimit: number | undefined
}

export interface TaskChoice extends Choice {
  readonly hasThreads: boolean
  readonly isTree: boolean
}

export interface OrderedTask extends TaskRef {
  /** 1 for the threads below a VM in the tree. */
  readonly depth: number
}

const columnOf = <Row>(columns: readonly Column<Row>[], id: string): Column<Row> =>
  columns.find((column) => column.id === id) ?? columns[0]!

export function orderVms({ vms }: Frame, { sort, filter, rowLimit }: Choice): VmFigures[] {
  const { value } = columnOf(vmColumns, sort.id)
  const wanted = filter.toLowerCase()
  return vms
    .filter((vm) =>
      wanted === '' ? true : matches(wanted, vm.label, String(vm.pid), vm.class, vm.device, vm.policy),
    )
    .map((vm) => ({ vm, key: value(vm) }))
    .sort((a, b) => compareValues(a.key, b.key, sort.isDescending))
    .slice(0, rowLimit)
    .map(({ vm }) => vm)
}

const matches = (wanted: string, ...texts: (string | null | undefined)[]): boolean =>
  texts.some((text) => text?.toLowerCase().includes(wanted) === true)

/** The tasks, best first. Allocates only for the rows that it returns. */
export function orderTasks(list: TaskList, choice: TaskChoice): OrderedTask[] {
  const { hasThreads, isTree, rowLimit } = choice
  if (isCostly(choice.sort.id)) for (let row = 0; row < list.rows.count; row++) list.rows.complete(row)
  if (!isTree)
    return sorted(list, choice, !hasThreads, candidates(list, choice, hasThreads), rowLimit).map((row) => ({
      row,
      isProcess: !hasThreads,
      depth: 0,
    }))
  return tree(list, choice).slice(0, rowLimit)
}

function candidates(list: TaskList, { filter }: Choice, hasThreads: boolean): number[] {
  const wanted = filter.toLowerCase()
  const found: number[] = []
  for (let row = 0; row < list.rows.count; row++) {
    if ((hasThreads || isMainThread(list, row)) && (wanted === '' || isWanted(list, row, wanted)))
      found.push(row)
  }
  return found
}

function isWanted(list: TaskList, row: number, wanted: string): boolean {
  const { rows, vms } = list
  const vm = vmOf(list, row)
  const ids = [String(rows.pid[row]), String(rows.tid[row])]
  return ids.includes(wanted) || matches(wanted, rows.names[row], vm === undefined ? undefined : vms.get(vm))
}

function sorted(
  list: TaskList,
  { sort }: Choice,
  isProcess: boolean,
  rows: readonly number[],
  limit?: number,
): number[] {
  const { value, isText } = columnOf(taskColumns, sort.id)
  const task: { list: TaskList; row: number; isProcess: boolean } = { list, row: 0, isProcess }
  const valueIn = (row: number) => {
    task.row = row
    return value(task as TaskRow)
  }
  if (isText === true) {
    const keys = new Map(rows.map((row) => [row, valueIn(row)]))
    return [...rows]
      .sort((a, b) => compareValues(keys.get(a)!, keys.get(b)!, sort.isDescending) || a - b)
      .slice(0, limit)
  }
  // Numbers: unknown ones become the last in either direction, so that a comparison is one subtraction.
  const keys = new Float64Array(list.rows.count)
  const sign = sort.isDescending ? -1 : 1
  for (const row of rows) {
    const number = valueIn(row) as number
    keys[row] = Number.isNaN(number) ? Number.MAX_VALUE : sign * number
  }
  return Array.from(Uint32Array.from(rows).sort((a, b) => keys[a]! - keys[b]! || a - b)).slice(0, limit)
}

/** Each VM with its threads below it, then the other tasks. */
function tree(list: TaskList, choice: TaskChoice): OrderedTask[] {
  const others: number[] = []
  const mains: number[] = []
  const threads = new Map<number, number[]>()
  for (const row of candidates(list, choice, true)) {
    const vm = vmOf(list, row)
    if (vm !== undefined) {
      const known = threads.get(vm)
      if (known === undefined) threads.set(vm, [row])
      else known.push(row)
    } else if (choice.hasThreads || isMainThread(list, row)) others.push(row)
  }
  for (let row = 0; row < list.rows.count; row++)
    if (isMainThread(list, row) && threads.has(list.rows.pid[row]!)) mains.push(row)
  return [
    ...sorted(list, choice, true, mains).flatMap((main) => [
      { row: main, isProcess: true, depth: 0 },
      ...sorted(list, choice, false, threads.get(list.rows.pid[main]!)!).map((row) => ({
        row,
        isProcess: false,
        depth: 1,
      })),
    ]),
    ...sorted(list, choice, !choice.hasThreads, others).map((row) => ({
      row,
      isProcess: !choice.hasThreads,
      depth: 0,
    })),
  ]
}
