// The filter box and the class chips above the table, and a sort menu for screens without column headers.

import { byId, element, setAttribute, setText } from '../../ui/browser/element.js'
import { count } from '../../ui/browser/format.js'
/** @import { LiveDocument, LiveVm } from '../live-document.ts' */
/** @import { ViewState } from './view-state.js' */
import { whyClass } from './class-text.js'
import { columns } from './columns.js'
import { classes } from './view-state.js'

/**
 * @typedef {object} FilterListener
 * @property {(change: Partial<ViewState>) => void} onChange
 * @property {() => void} onLeave the user moves on to the table
 */

export class FilterBar {
  #text = /** @type {HTMLInputElement} */ (byId('filter-text'))
  #count = byId('filter-count')
  #sortBy = /** @type {HTMLSelectElement} */ (byId('sort-by').querySelector('select'))
  #chips = classes.map((name) => {
    const number = element('b')
    const button = element('button', { type: 'button', class: 'chip', 'data-class': name }, name, ' ', number)
    return { name, button, number }
  })
  /** @type {ViewState['classes']} */
  #classes = new Set()

  /** @param {FilterListener} listener */
  constructor({ onChange, onLeave }) {
    byId('filter-classes').append(...this.#chips.map(({ button }) => button))
    for (const { name, button } of this.#chips) {
      button.addEventListener('click', () =>
        onChange({ classes: new Set(classes.filter((one) => (one === name) !== this.#classes.has(one))) }),
      )
    }
    for (const descending of [false, true]) {
      for (const { id, title } of columns) {
        const value = `${descending ? '-' : ''}${id}`
        this.#sortBy.append(element('option', { value }, `${title} ${descending ? '↓' : '↑'}`))
      }
    }
    this.#sortBy.addEventListener('change', () => {
      const { value } = this.#sortBy
      onChange({ sort: value.replace(/^-/, ''), descending: value.startsWith('-') })
    })
    this.#text.addEventListener('input', () => onChange({ text: this.#text.value }))
    this.#text.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown' || event.key === 'Enter') {
        event.preventDefault()
        onLeave()
      } else if (event.key === 'Escape' && this.#text.value !== '') {
        event.preventDefault()
        event.stopPropagation()
        onChange({ text: '' })
      }
    })
    byId('filter').addEventListener('submit', (event) => event.preventDefault())
  }

  focus() {
    this.#text.focus()
    this.#text.select()
  }

  /**
   * @param {ViewState} state
   * @param {{ readonly all: number, readonly found: readonly LiveVm[], readonly shown: number }} vms `found`: those
   *   that match the text, whatever their class, which the chips count
   * @param {LiveDocument['thresholds']} thresholds
   */
  show({ text, classes: chosen, sort, descending }, { all, found, shown }, thresholds) {
    this.#classes = chosen
    if (this.#text.value !== text) this.#text.value = text
    this.#sortBy.value = `${descending ? '-' : ''}${sort}`
    for (const { name, button, number } of this.#chips) {
      setText(number, count(found.filter((vm) => vm.class === name).length))
      setAttribute(button, 'title', whyClass(name, thresholds))
      setAttribute(button, 'aria-pressed', String(chosen.has(name)))
    }
    setText(this.#count, shown === all ? '' : `${count(shown)} of ${count(all)}`)
  }
}
