// What the user chose to see. It is kept in the address after `#`, so it survives a reload and can be sent to somebody.

/** @import { VmClass } from '../../model/vm-class.ts' */

/**
 * @typedef {object} ViewState
 * @property {string} sort id of a column
 * @property {boolean} descending
 * @property {string} text filter
 * @property {ReadonlySet<VmClass>} classes to show; empty for all
 * @property {string | undefined} open label of the VM that is shown in detail
 */

/** @type {readonly VmClass[]} */
export const classes = ['emulated-io', 'mixed', 'in-kernel-io', 'near-native', 'idle']

/** @type {ViewState} */
const initial = { sort: 'ratio', descending: false, text: '', classes: new Set(), open: undefined }

/**
 * @param {string} hash `location.hash`
 * @param {readonly string[]} columns ids of the columns that can be sorted by
 * @returns {ViewState}
 */
export function parseViewState(hash, columns) {
  const given = new URLSearchParams(hash.replace(/^#/, ''))
  const sort = given.get('sort') ?? ''
  const column = sort.replace(/^-/, '')
  const isKnown = columns.includes(column)
  return {
    sort: isKnown ? column : initial.sort,
    descending: isKnown && sort.startsWith('-'),
    text: given.get('q') ?? '',
    classes: new Set(classes.filter((name) => given.get('class')?.split(',').includes(name))),
    open: given.get('vm') ?? undefined,
  }
}

/**
 * Leaves out what has its initial value.
 * @param {ViewState} state
 * @returns {string} for `location.hash`
 */
export function formatViewState({ sort, descending, text, classes: shown, open }) {
  const given = new URLSearchParams()
  if (sort !== initial.sort || descending !== initial.descending)
    given.set('sort', `${descending ? '-' : ''}${sort}`)
  if (text !== '') given.set('q', text)
  if (shown.size > 0) given.set('class', [...shown].join(','))
  if (open !== undefined) given.set('vm', open)
  return given.size === 0 ? '' : `#${given}`
}
