// What each key does. The thesis's keys come first; the others follow htop and less.

import { listState, type Shown, type State, selectedIndex, withList } from './state.ts'
import { firstOrder } from './view/column.ts'

/** What a key asks for beyond a new state. */
export type Effect = 'quit' | 'suspend' | 'redraw' | 'sample' | 'forward' | 'back'

export interface Pressed {
  readonly state: State
  readonly effect: Effect | undefined
}

export interface KeyHelp {
  readonly keys: string
  readonly does: string
  /** For the list of keys at the bottom; undefined if it is not there. */
  readonly hint?: string
}

export const keyHelp: readonly KeyHelp[] = [
  { keys: 'q  Ctrl-C', does: 'quit', hint: 'quit' },
  { keys: 'j', does: 'change the interval: 1, 2, 3 seconds', hint: 'interval' },
  { keys: 'c', does: 'sort by CPU (in both lists)', hint: 'by CPU' },
  { keys: 'm', does: 'sort by memory', hint: 'by memory' },
  { keys: '1', does: 'show the use of each CPU, or hide it' },
  { keys: '2 ... 9', does: 'show at most 20 ... 90 rows' },
  { keys: 'n', does: 'show at most 100 rows' },
  { keys: '0', does: 'show all rows' },
  { keys: 'Tab  v', does: 'change between VMs and tasks', hint: 'VMs/tasks' },
  { keys: 'Up Down PgUp PgDn Home End', does: 'move the selection, or scroll' },
  { keys: 'Enter', does: 'open the selected VM, or the VM of the selected task', hint: 'open' },
  { keys: 'Esc', does: 'close what is open; in a list, remove the filter' },
  { keys: '<  >', does: 'sort by the column to the left or right' },
  { keys: 'r', does: 'reverse the order' },
  { keys: 'Left Right', does: 'show columns that do not fit' },
  { keys: '/', does: 'show only rows that contain a text; Enter keeps it, Esc removes it', hint: 'filter' },
  { keys: 't', does: 'tasks as a tree: each VM with its threads', hint: 'tree' },
  { keys: 'H', does: 'tasks: threads instead of processes', hint: 'threads' },
  { keys: 'Space  p', does: 'pause, and continue; nothing is sampled or recorded meanwhile', hint: 'pause' },
  { keys: '.  ,', does: 'in a recording: one frame forward, back' },
  { keys: '+  -', does: 'in a recording: faster, slower' },
  { keys: 'Ctrl-L', does: 'draw the screen again' },
  { keys: 'Ctrl-Z', does: 'stop; fg continues' },
  { keys: 'h  ?', does: 'this help', hint: 'help' },
]

const intervals = [1, 2, 3]
const maxFilter = 200
const maxSpeed = 1024

const redraw = (state: State): Pressed => ({ state, effect: 'redraw' })
const effect = (state: State, name: Effect): Pressed => ({ state, effect: name })

export function press(state: State, key: string, shown: Shown): Pressed {
  if (key === '^c') return effect(state, 'quit')
  if (key === '^z') return effect(state, 'suspend')
  if (state.typing !== undefined) return typed(state, state.typing, key)
  if (state.view === 'help' || state.view === 'vm') return pressInText(state, key, shown)
  return pressInList(state, key, shown) ?? pressAnywhere(state, key)
}

function typed(state: State, text: string, key: string): Pressed {
  if (key === 'return' || key === 'enter') return redraw({ ...state, filter: text, typing: undefined })
  if (key === 'escape') return redraw({ ...state, filter: '', typing: undefined })
  if (key === 'backspace') return redraw({ ...state, typing: [...text].slice(0, -1).join('') })
  if (key === '^u') return redraw({ ...state, typing: '' })
  const isCharacter = [...key].length === 1
  return redraw(isCharacter && text.length < maxFilter ? { ...state, typing: text + key } : state)
}

function pressInText(state: State, key: string, shown: Shown): Pressed {
  const last = Math.max(0, shown.lines - shown.pageRows)
  const to = moved(key, state.scroll, shown.pageRows, last)
  if (to !== undefined) return redraw({ ...state, scroll: to })
  const isClosing = key === 'escape' || key === 'return' || key === 'left' || key === 'backspace'
  const isHelpKey = key === 'h' || key === '?'
  if (isClosing || (state.view === 'help' && (isHelpKey || key === 'q')))
    return redraw({ ...state, view: state.list, scroll: 0 })
  return pressAnywhere(state, key)
}

/** Where a key that moves leads, from 0 to `last`; undefined if it does not move. */
function moved(key: string, from: number, page: number, last: number): number | undefined {
  const to = {
    up: from - 1,
    down: from + 1,
    pageup: from - page,
    pagedown: from + page,
    home: 0,
    end: last,
  }[key]
  return to === undefined ? undefined : Math.max(0, Math.min(to, last))
}

function pressInList(state: State, key: string, shown: Shown): Pressed | undefined {
  const index = selectedIndex(state, shown.keys)
  const to = moved(key, index, shown.pageRows, shown.keys.length - 1)
  if (to !== undefined) return redraw(withList(state, { selected: shown.keys[to], selectedIndex: to }))
  switch (key) {
    case 'left':
    case 'right': {
      const step = key === 'left' ? -1 : shown.hiddenColumns > 0 ? 1 : 0
      return redraw(withList(state, { columnOffset: Math.max(0, listState(state).columnOffset + step) }))
    }
    case '<':
    case '>':
      return redraw(sortBeside(state, shown, key === '<' ? -1 : 1))
    case 'r': {
      const { sort } = listState(state)
      return redraw(withList(state, { sort: { ...sort, isDescending: !sort.isDescending } }))
    }
    case 'return':
    case 'enter': {
      const pid = Number(/^vm:(\d+)/.exec(shown.keys[index] ?? '')?.[1])
      return redraw(Number.isNaN(pid) ? state : { ...state, view: 'vm', vmPid: pid, scroll: 0 })
    }
    case '/':
      return redraw({ ...state, typing: state.filter })
    case 'escape':
      return redraw({ ...state, filter: '' })
    case '0':
      return redraw({ ...state, rowLimit: undefined })
    case 'n':
      return redraw({ ...state, rowLimit: 100 })
  }
  return /^[2-9]$/.test(key) ? redraw({ ...state, rowLimit: Number(key) * 10 }) : undefined
}

function sortBeside(state: State, { columns }: Shown, step: number): State {
  const at = columns.findIndex(({ id }) => id === listState(state).sort.id)
  const column = columns[Math.max(0, Math.min(at + step, columns.length - 1))]
  return column === undefined ? state : withList(state, { sort: firstOrder(column) })
}

function pressAnywhere(state: State, key: string): Pressed {
  switch (key) {
    case 'q':
      return effect(state, 'quit')
    case 'j': {
      const next = intervals[(intervals.indexOf(state.intervalSeconds) + 1) % intervals.length]!
      return redraw({ ...state, intervalSeconds: next })
    }
    case 'c':
      return redraw(sortAll(state, 'cpu'))
    case 'm':
      return redraw(sortAll(state, 'memory'))
    case '1':
      return redraw({ ...state, showsCpus: !state.showsCpus })
    case 'tab':
    case 'v': {
      const list = state.list === 'vms' ? 'tasks' : 'vms'
      return redraw({ ...state, view: list, list, scroll: 0 })
    }
    case 't':
      return effect({ ...state, view: 'tasks', list: 'tasks', isTree: !state.isTree }, 'sample')
    case 'H':
      return effect({ ...state, view: 'tasks', list: 'tasks', hasThreads: !state.hasThreads }, 'sample')
    case ' ':
    case 'p':
      return redraw({ ...state, isPaused: !state.isPaused })
    case '.':
      return effect({ ...state, isPaused: true }, 'forward')
    case ',':
      return effect({ ...state, isPaused: true }, 'back')
    case '+':
    case '=':
      return redraw({ ...state, speed: Math.min(maxSpeed, state.speed * 2) })
    case '-':
      return redraw({ ...state, speed: Math.max(1 / 8, state.speed / 2) })
    case 'h':
    case '?':
      return redraw({ ...state, view: 'help', scroll: 0 })
    case '^l':
      return redraw(state)
    default:
      return { state, effect: undefined }
  }
}

/** Both lists have these columns. */
function sortAll(state: State, id: 'cpu' | 'memory'): State {
  const sort = { id, isDescending: true }
  const { vms, tasks } = state.lists
  return { ...state, lists: { vms: { ...vms, sort }, tasks: { ...tasks, sort } } }
}
