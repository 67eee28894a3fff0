// A tile: one figure with a title, a note and, for a share, a bar.

import { element, setAttribute, setText } from './element.js'

export class Tile {
  #figure = element('b')
  #note = element('small')
  #bar = element('meter', { min: '0', max: '1' })
  #hint
  element

  /**
   * @param {string} title
   * @param {string} hint what its figures mean; shown as a tooltip
   */
  constructor(title, hint) {
    this.#hint = hint
    this.#bar.hidden = true
    this.#bar.setAttribute('aria-label', title)
    this.element = element(
      'div',
      { class: 'tile' },
      element('h2', {}, title),
      this.#figure,
      this.#bar,
      this.#note,
    )
  }

  /**
   * @param {string} figure
   * @param {string} note
   * @param {object} [more]
   * @param {number | null} [more.share] 0 to 1, for the bar; no bar without it
   * @param {string | undefined} [more.why] why the figure is not known; shown instead of the hint
   */
  show(figure, note, { share = null, why } = {}) {
    setText(this.#figure, figure)
    setText(this.#note, note)
    setAttribute(this.element, 'title', why ?? this.#hint)
    this.#bar.hidden = share === null
    if (share !== null) this.#bar.value = share
  }
}
