// A row of the table. It is made once and reused for other VMs while the table is scrolled.

import { element, setAttribute } from '../../ui/browser/element.js'
import { Sparkline } from '../../ui/browser/sparkline.js'
/** @import { LiveDocument, LiveVm } from '../live-document.ts' */
/** @import { Column } from './columns.js' */
/** @import { LiveHistory } from './live-history.js' */
import { columns } from './columns.js'
import { spanSeconds } from './live-history.js'

/** Sampling is every 5 s, so a longer gap means that nobody asked or that the exporter was down. */
const maxGapSeconds = 20

export class VmRow {
  element = element('tr')
  /** @type {LiveVm | undefined} each answer has new objects */
  #shown
  /** @type {{ readonly cell: HTMLElement, readonly content: HTMLElement, readonly column: Column }[]} */
  #cells
  #lines = { ratio: new Sparkline(), switches: new Sparkline() }

  constructor() {
    this.#cells = columns.map((column) => {
      const isName = column.id === 'name'
      const cell = element(isName ? 'th' : 'td', { class: `${column.id}${column.isNumber ? ' number' : ''}` })
      if (isName) cell.setAttribute('scope', 'row')
      const content = element('span', { class: 'content', 'data-title': column.title })
      cell.append(content)
      if (column.id === 'ratio') cell.append(this.#lines.ratio.element)
      if (column.id === 'switches') cell.append(this.#lines.switches.element)
      return { cell, content, column }
    })
    this.element.append(...this.#cells.map(({ cell }) => cell))
  }

  get label() {
    return this.#shown?.label
  }

  /**
   * @param {LiveVm} vm
   * @param {LiveDocument} answer
   * @param {LiveHistory} history
   */
  show(vm, answer, history) {
    if (vm === this.#shown) return
    this.#shown = vm
    setAttribute(this.element, 'data-class', vm.class ?? 'unknown')
    for (const { content, column } of this.#cells) column.show(content, vm, answer)
    const { ratio, switches } = history.of(vm)
    this.#lines.ratio.draw(history.at, ratio, { spanSeconds, maxGapSeconds, max: 1 })
    this.#lines.switches.draw(history.at, switches, { spanSeconds, maxGapSeconds })
  }
}
