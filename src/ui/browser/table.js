// Tables made from texts and elements.

import { element } from './element.js'

/**
 * A heading and a table below it.
 * @param {string} title
 * @param {readonly string[]} head titles of the columns
 * @param {readonly (readonly (Node | string)[])[]} rows
 * @param {readonly number[]} numbers indexes of the columns that are right-aligned
 */
export function titledTable(title, head, rows, numbers) {
  const classOf = (/** @type {number} */ index) => (numbers.includes(index) ? { class: 'number' } : {})
  return [
    element('h3', {}, title),
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...head.map((text, index) => element('th', { scope: 'col', ...classOf(index) }, text)),
        ),
      ),
      element(
        'tbody',
        {},
        ...rows.map((cells) =>
          element('tr', {}, ...cells.map((cell, index) => element('td', classOf(index), cell))),
        ),
      ),
    ),
  ]
}

/**
 * A bar that is filled by a share, for a cell of a table.
 * @param {number} share 0 to 1
 */
export function shareBar(share) {
  const filled = element('i')
  filled.style.width = `${(share * 100).toFixed(1)}%`
  return element('span', { class: 'share-bar' }, filled)
}
