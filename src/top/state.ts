// What the user has chosen: the view, the order, the filter, the selected row. Pure: every key makes a new state.
import type { SortOrder } from './view/column.ts'

type ListName = 'vms' | 'tasks'
type ViewName = ListName | 'vm' | 'help'

/** Rows are identified by a key, so that the selection stays on its row when the order changes. */
export type RowKey = string

interface ListState {
  readonly sort: SortOrder
  readonly selected: RowKey | undefined
  /** Where it was last, for when its row is gone. */
  readonly selectedIndex: number
  /** How many of the columns that move are hidden on the left. */
  readonly columnOffset: number
}

export interface State {
  readonly view: ViewName
  /** The list to return to from a VM or from the help. */
  readonly list: ListName
  readonly lists: Readonly<Record<ListName, ListState>>
  /** The VM that is shown alone. */
  readonly vmPid: number | undefined
  /** The first line of the view of a VM or of the help. */
  readonly scroll: number
  readonly hasThreads: boolean
  readonly isTree: boolean
  readonly showsCpus: boolean
  /** The most rows of a list; undefined for all. */
  readonly rowLimit: number | undefined
  readonly filter: string
  /** The text of the filter while it is being typed; undefined otherwise. */
  readonly typing: string | undefined
  readonly intervalSeconds: number
  readonly isPaused: boolean
  /** For replay: how many times as fast as it was recorded. */
  readonly speed: number
}

export interface Start {
  readonly list: ListName
  readonly sort: Readonly<Record<ListName, SortOrder>>
  readonly hasThreads: boolean
  readonly isTree: boolean
  readonly filter: string
  readonly intervalSeconds: number
}

export function startState({ list, sort, ...rest }: Start): State {
  const listState = (name: ListName): ListState => ({
    sort: sort[name],
    selected: undefined,
    selectedIndex: 0,
    columnOffset: 0,
  })
  return {
    ...rest,
    view: list,
    list,
    lists: { vms: listState('vms'), tasks: listState('tasks') },
    vmPid: undefined,
    scroll: 0,
    showsCpus: false,
    rowLimit: undefined,
    typing: undefined,
    isPaused: false,
    speed: 1,
  }
}

/** What the last drawing showed, by which keys that move find their way. */
export interface Shown {
  /** Of the list, in order; the pid of a VM is the number in its key. */
  readonly keys: readonly RowKey[]
  /** Rows of the list, or lines of a text, that fit on the screen. */
  readonly pageRows: number
  /** Lines of the text (a VM, the help); 0 for a list. */
  readonly lines: number
  /** The columns of the list, and how many of those that move did not fit. */
  readonly columns: readonly { readonly id: string; readonly isText?: boolean }[]
  readonly hiddenColumns: number
}

export const listState = (state: State): ListState => state.lists[state.list]

export function withList(state: State, change: Partial<ListState>): State {
  return { ...state, lists: { ...state.lists, [state.list]: { ...listState(state), ...change } } }
}

/** The index of the selected row: where its key is now, or where it was last. */
export function selectedIndex(state: State, keys: readonly RowKey[]): number {
  const { selected, selectedIndex } = listState(state)
  const found = selected === undefined ? -1 : keys.indexOf(selected)
  return Math.max(0, Math.min(found === -1 ? selectedIndex : found, keys.length - 1))
}
