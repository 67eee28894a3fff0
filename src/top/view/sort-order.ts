// The order of a list by what the user typed.
import { KvminfoError } from '../../errors.ts'
import { firstOrder, type SortOrder } from './column.ts'
import { taskColumns } from './task-columns.ts'
import { vmColumns } from './vm-columns.ts'

/** `text` is the ID of a column, with `-` before it for the reverse order; undefined for the default. Throws CONFIG_INVALID. */
export function sortOrder(list: 'vms' | 'tasks', text = 'cpu'): SortOrder {
  const isReversed = text.startsWith('-')
  const id = isReversed ? text.slice(1) : text
  const columns: readonly { readonly id: string; readonly isText?: boolean }[] =
    list === 'vms' ? vmColumns : taskColumns
  const column = columns.find((one) => one.id === id)
  if (column === undefined) {
    const ids = columns.map((one) => one.id).join(', ')
    throw new KvminfoError('CONFIG_INVALID', `--sort: '${id}' is not a column of the ${list}: ${ids}`)
  }
  const order = firstOrder(column)
  return isReversed ? { id, isDescending: !order.isDescending } : order
}
