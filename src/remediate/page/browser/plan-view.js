// A plan: what would change, what must hold before, the risk, how it is judged and undone, and the same by hand.

/** @import { PlanDocument } from '../../approve/documents.ts' */
import { element } from '../../../ui/browser/element.js'
import { titledTable } from '../../../ui/browser/table.js'
import { plainLines, plainText } from './plain-text.js'
import { whenText } from './states.js'

/**
 * @param {PlanDocument} plan
 * @returns {Node[]}
 */
export function changesOf({ changes }) {
  if (changes.length === 0) return [element('p', { class: 'soft' }, 'It changes nothing.')]
  return titledTable(
    'Changes',
    ['what', 'now', 'next'],
    changes.map(({ what, now, next }) => [
      plainText(what),
      element('span', { class: 'without' }, plainText(now)),
      element('b', { class: 'with' }, plainText(next)),
    ]),
    [],
  )
}

/**
 * @param {PlanDocument} plan
 * @returns {Node[]}
 */
export function preconditionsOf({ preconditions }) {
  if (preconditions.length === 0) return []
  const items = preconditions.map(({ text, holds, seen }) =>
    element(
      'li',
      { class: holds ? 'holds' : 'fails' },
      element('span', { class: 'mark', 'aria-hidden': 'true' }, holds ? '✓' : '✗'),
      element(
        'span',
        {},
        `${holds ? '' : 'Does not hold: '}${plainText(text)} `,
        element('small', {}, plainText(seen)),
      ),
    ),
  )
  return [element('h3', {}, 'Preconditions'), element('ul', { class: 'preconditions' }, ...items)]
}

/** @param {PlanDocument} plan */
export function factsOf({ risk, owner, judged, undo, notes, ...plan }) {
  const facts = /** @type {const} */ ([
    ['Takes effect', whenText(plan)],
    ['Risk', element('span', { class: 'risk', 'data-risk': risk }, risk)],
    ['Managed by', plainText(owner)],
    ['How it is judged', plainText(judged)],
    ['How it is undone', plainText(undo)],
    ...notes.map((note) => /** @type {const} */ (['Note', plainText(note)])),
  ])
  return element(
    'dl',
    { class: 'facts' },
    ...facts.map(([term, fact]) => element('div', {}, element('dt', {}, term), element('dd', {}, fact))),
  )
}

/**
 * @param {PlanDocument} plan
 * @returns {Node[]}
 */
export function commandsOf({ commands }) {
  if (commands.length === 0) return []
  const lines = commands.map(plainText).join('\n')
  return [element('h3', {}, 'The same by hand'), element('pre', { tabindex: '0' }, lines)]
}

/**
 * @param {PlanDocument} plan
 * @returns {Node[]}
 */
export function diffOf({ diff }) {
  if (diff === null) return []
  const lines = plainLines(diff)
    .split('\n')
    .map((line) => {
      const kind = /^(\+\+\+|---|@@)/.test(line)
        ? 'place'
        : line.startsWith('+')
          ? 'added'
          : line.startsWith('-')
            ? 'removed'
            : 'same'
      return element('span', { class: kind }, `${line}\n`)
    })
  return [
    element('h3', {}, 'Definition of the VM'),
    element('pre', { class: 'diff', tabindex: '0' }, ...lines),
  ]
}
