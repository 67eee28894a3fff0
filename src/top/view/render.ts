// The whole screen, from a frame and what the user has chosen. Pure.
import type { Frame } from '../frame/frame.ts'
import { keyHelp } from '../keys.ts'
import type { LinePainter } from '../screen/line.ts'
import type { Size } from '../screen/terminal.ts'
import { listState, type RowKey, type Shown, type State, selectedIndex } from '../state.ts'
import type { Column } from './column.ts'
import { emptyText } from './empty.ts'
import { headerLines } from './header.ts'
import { helpLines } from './help.ts'
import { orderTasks, orderVms } from './order.ts'
import { layOut, rowLine, titleLine } from './table.ts'
import { type TaskRow, taskColumns } from './task-columns.ts'
import { vmColumns } from './vm-columns.ts'
import { vmLines } from './vm-view.ts'

export interface Scene {
  readonly frame: Frame
  readonly state: State
  readonly size: Size
  readonly painter: LinePainter
  /** Such as `interval 1 s`. */
  readonly pace: string
  /** What the user must know now, such as a recording that has ended; at the bottom. */
  readonly message: string | undefined
}

export interface Picture {
  readonly lines: readonly string[]
  readonly shown: Shown
}

export function render(scene: Scene): Picture {
  const { frame, state, size, painter, pace } = scene
  const header = headerLines(frame, {
    width: size.columns,
    painter,
    pace,
    showsCpus: state.showsCpus,
    cpuRows: Math.max(1, Math.floor(size.rows / 3)),
  })
  // On a very low screen, the rows are more useful than the header.
  const shownHeader = header.slice(0, Math.max(0, size.rows - 5))
  const bodyRows = size.rows - shownHeader.length - 1
  const body = state.view === 'vm' || state.view === 'help' ? text(scene, bodyRows) : list(scene, bodyRows)
  const filling = Array.from({ length: bodyRows - body.lines.length }, () => '')
  return { lines: [...shownHeader, ...body.lines, ...filling, bottomLine(scene)], shown: body.shown }
}

const nothing: Shown = { keys: [], pageRows: 1, lines: 0, columns: [], hiddenColumns: 0 }

function text({ frame, state, size, painter }: Scene, rows: number): Picture {
  const lines = state.view === 'help' ? helpLines(size.columns, painter) : vmText(frame, state, size, painter)
  const first = Math.max(0, Math.min(state.scroll, lines.length - rows))
  return {
    lines: lines.slice(first, first + rows),
    shown: { ...nothing, pageRows: rows, lines: lines.length },
  }
}

function vmText(frame: Frame, { vmPid }: State, { columns }: Size, painter: LinePainter): string[] {
  const vm = frame.vms.find(({ pid }) => pid === vmPid)
  const detail = vm === undefined ? undefined : frame.detail(vm.pid)
  if (vm !== undefined && detail !== undefined) return vmLines(vm, detail, columns, painter)
  return [
    painter
      .line(columns)
      .add(`The VM with process ID ${vmPid} is not running. Esc returns to the list.`)
      .end(),
  ]
}

function list(scene: Scene, rows: number): Picture {
  const { frame, state } = scene
  if (state.list === 'vms') {
    const vms = orderVms(frame, { ...state, ...listState(state) })
    const keys = vms.map(({ pid }) => `vm:${pid}`)
    return table(scene, rows, vmColumns, keys, (index) => ({ row: vms[index]!, indent: 0 }))
  }
  const { tasks } = frame
  const ordered = orderTasks(tasks, { ...state, ...listState(state) })
  const keys = ordered.map(({ row, isProcess }) => {
    const pid = tasks.rows.pid[row]!
    return `${tasks.vms.has(pid) ? `vm:${pid} ` : ''}${isProcess ? 'process' : 'thread'}:${tasks.rows.tid[row]}`
  })
  const columns =
    state.hasThreads || state.isTree ? taskColumns : taskColumns.filter(({ id }) => id !== 'tid')
  return table<TaskRow>(scene, rows, columns, keys, (index) => {
    const { row, isProcess, depth } = ordered[index]!
    tasks.rows.complete(row)
    return { row: { list: tasks, row, isProcess }, indent: depth }
  })
}

function table<Row>(
  { frame, state, size, painter }: Scene,
  rows: number,
  columns: readonly Column<Row>[],
  keys: readonly RowKey[],
  at: (index: number) => { readonly row: Row; readonly indent: number },
): Picture {
  const { sort, columnOffset } = listState(state)
  const view = { columns, sort, columnOffset, width: size.columns, painter }
  const layout = layOut(view)
  const pageRows = Math.max(1, rows - 1)
  const selected = selectedIndex(state, keys)
  // The selected row stays within the page, near where it was.
  const first = Math.max(0, Math.min(selected - Math.floor(pageRows / 2), keys.length - pageRows))
  const lines = [titleLine(view, layout)]
  for (let index = first; index < Math.min(first + pageRows, keys.length); index++) {
    const { row, indent } = at(index)
    lines.push(rowLine(view, layout, row, { isSelected: index === selected, indent }))
  }
  if (keys.length === 0)
    lines.push(
      painter
        .line(size.columns)
        .add(emptyText(frame, state.list, state.filter), 'dim')
        .end(),
    )
  return {
    lines: lines.slice(0, rows),
    shown: { keys, pageRows, lines: 0, columns, hiddenColumns: layout.hidden },
  }
}

function bottomLine({ state, size, painter, message }: Scene): string {
  const line = painter.line(size.columns)
  if (state.typing !== undefined) {
    return line.add('Filter: ', 'bold').add(state.typing).add('_').end()
  }
  if (state.isPaused) line.add('PAUSED', 'selected').add(' ')
  if (state.filter !== '') line.add(`Filter: ${state.filter}`, 'warning').add('  ')
  if (message !== undefined) return line.add(message, 'warning').end()
  for (const { keys, hint } of keyHelp) {
    if (hint === undefined) continue
    line.add(keys.split('  ')[0]!, 'bold').add(` ${hint}  `, 'dim')
  }
  return line.end()
}
