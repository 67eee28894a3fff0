// The table of VMs. Only the visible rows are in the document, between two spacer rows that take the place of all others.
// So a thousand VMs cost no more than a screenful.

import { byId, element, setAttribute } from '../../ui/browser/element.js'
/** @import { LiveDocument, LiveVm } from '../live-document.ts' */
/** @import { LiveHistory } from './live-history.js' */
import { columns } from './columns.js'
import { VmRow } from './vm-row.js'

/** Extra rows above and below the visible part. */
const spareRows = 6

/**
 * @typedef {object} TableListener
 * @property {(column: string) => void} onSort
 * @property {(label: string) => void} onOpen
 */

export class VmTable {
  #table = byId('vm-table')
  #body = this.#table.querySelector('tbody') ?? element('tbody')
  /** @type {Map<string, HTMLElement>} by column */
  #headers = new Map()
  #above = element('tr', { 'aria-hidden': 'true', class: 'space' }, element('td'))
  #below = element('tr', { 'aria-hidden': 'true', class: 'space' }, element('td'))
  /** @type {VmRow[]} */
  #rows = []
  /** Index of the VM in the first of these rows. */
  #first = 0
  /** @type {readonly LiveVm[]} */
  #vms = []
  /** @type {LiveDocument | undefined} */
  #answer
  #history
  #listener
  /** @type {string | undefined} label of the VM that the keys act on */
  #active
  /** @type {string | undefined} */
  #open
  #isDrawing = false

  /**
   * @param {LiveHistory} history
   * @param {TableListener} listener
   */
  constructor(history, listener) {
    this.#history = history
    this.#listener = listener
    this.#table.querySelector('thead')?.append(this.#headerRow())
    this.#body.append(this.#above, this.#below)
    for (const event of ['scroll', 'resize'])
      window.addEventListener(event, () => this.#drawSoon(), { passive: true })
    this.#table.addEventListener('keydown', (event) => this.#onKey(event))
    this.#body.addEventListener('click', (event) => this.#onClick(event))
  }

  /** @param {{ vms: readonly LiveVm[], answer: LiveDocument, sort: string, descending: boolean, open: string | undefined }} view */
  show({ vms, answer, sort, descending, open }) {
    this.#vms = vms
    this.#answer = answer
    this.#open = open
    for (const [id, header] of this.#headers)
      setAttribute(header, 'aria-sort', id !== sort ? undefined : descending ? 'descending' : 'ascending')
    setAttribute(this.#table, 'aria-rowcount', String(vms.length + 1))
    this.#draw()
  }

  focus() {
    this.#table.focus()
    if (this.#activeIndex() < 0) this.#activate(0)
  }

  #headerRow() {
    const row = element('tr', { 'aria-rowindex': '1' })
    for (const { id, title, hint, isNumber } of columns) {
      const button = element('button', { type: 'button', title: hint }, title)
      button.addEventListener('click', () => this.#listener.onSort(id))
      const header = element('th', { scope: 'col', class: `${id}${isNumber ? ' number' : ''}` }, button)
      this.#headers.set(id, header)
      row.append(header)
    }
    return row
  }

  /** @returns {number} in pixels; set by the style sheet, because a phone shows a row in several lines */
  #rowHeight() {
    return Number.parseFloat(getComputedStyle(this.#table).getPropertyValue('--row-height'))
  }

  #drawSoon() {
    if (this.#isDrawing) return
    this.#isDrawing = true
    requestAnimationFrame(() => {
      this.#isDrawing = false
      this.#draw()
    })
  }

  #draw() {
    if (this.#answer === undefined) return
    const rowHeight = this.#rowHeight()
    const top = this.#above.getBoundingClientRect().top
    const fits = Math.ceil(window.innerHeight / rowHeight) + 2 * spareRows
    const first = Math.max(0, Math.min(Math.floor(-top / rowHeight) - spareRows, this.#vms.length - fits))
    const last = Math.min(first + fits, this.#vms.length)
    this.#haveRows(last - first)
    this.#rotate(first)
    this.#rows.forEach((row, place) => {
      const index = first + place
      const vm = this.#vms[index]
      if (vm === undefined || this.#answer === undefined) return
      row.show(vm, this.#answer, this.#history)
      setAttribute(row.element, 'id', `vm-row-${index}`)
      setAttribute(row.element, 'aria-rowindex', String(index + 2))
      setAttribute(row.element, 'aria-selected', String(vm.label === this.#open))
      row.element.classList.toggle('active', vm.label === this.#active)
    })
    this.#above.style.height = `${first * rowHeight}px`
    this.#below.style.height = `${(this.#vms.length - last) * rowHeight}px`
    const active = this.#activeIndex()
    setAttribute(
      this.#table,
      'aria-activedescendant',
      active >= first && active < last ? `vm-row-${active}` : undefined,
    )
  }

  /** @param {number} number */
  #haveRows(number) {
    while (this.#rows.length > number) this.#rows.pop()?.element.remove()
    while (this.#rows.length < number) {
      const row = new VmRow()
      this.#rows.push(row)
      this.#below.before(row.element)
    }
  }

  /**
   * Moves rows that left at one end to the other end, so that rows that stay visible need not be shown again.
   * @param {number} first index of the VM in the first row
   */
  #rotate(first) {
    const shift = first - this.#first
    this.#first = first
    if (shift === 0 || Math.abs(shift) >= this.#rows.length) return
    const moved = shift > 0 ? this.#rows.splice(0, shift) : this.#rows.splice(shift)
    if (shift > 0) {
      this.#rows.push(...moved)
      this.#below.before(...moved.map((row) => row.element))
    } else {
      this.#rows.unshift(...moved)
      this.#above.after(...moved.map((row) => row.element))
    }
  }

  /** @returns {number} -1 if no VM is active or it is not in the list */
  #activeIndex() {
    return this.#active === undefined ? -1 : this.#vms.findIndex(({ label }) => label === this.#active)
  }

  /** @param {number} index */
  #activate(index) {
    const vm = this.#vms[Math.max(0, Math.min(index, this.#vms.length - 1))]
    if (vm === undefined) return
    this.#active = vm.label
    this.#scrollTo(this.#vms.indexOf(vm))
    this.#draw()
  }

  /** @param {number} index */
  #scrollTo(index) {
    const rowHeight = this.#rowHeight()
    const top = this.#above.getBoundingClientRect().top + index * rowHeight
    const underHeader = this.#table.querySelector('thead')?.offsetHeight ?? 0
    if (top < underHeader) window.scrollBy(0, top - underHeader)
    else if (top + rowHeight > window.innerHeight) window.scrollBy(0, top + rowHeight - window.innerHeight)
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.target !== this.#table || event.ctrlKey || event.metaKey || event.altKey) return
    const index = this.#activeIndex()
    const page = Math.max(1, Math.floor(window.innerHeight / this.#rowHeight()) - 3)
    /** @type {Record<string, () => void>} */
    const actions = {
      ArrowDown: () => this.#activate(index + 1),
      ArrowUp: () => this.#activate(index - 1),
      PageDown: () => this.#activate(index + page),
      PageUp: () => this.#activate(index - page),
      Home: () => this.#activate(0),
      End: () => this.#activate(this.#vms.length - 1),
      Enter: () => {
        if (index >= 0 && this.#active !== undefined) this.#listener.onOpen(this.#active)
      },
    }
    const action = actions[event.key]
    if (action === undefined) return
    event.preventDefault()
    action()
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const row = this.#rows.find((one) => event.target instanceof Node && one.element.contains(event.target))
    // The user has just selected text to copy it.
    if (row?.label === undefined || !(getSelection()?.isCollapsed ?? true)) return
    this.#active = row.label
    this.#listener.onOpen(row.label)
  }
}
