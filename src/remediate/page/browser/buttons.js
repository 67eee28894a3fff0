// The buttons with which a person decides on a run.

/** @import { RunDocument } from '../../approve/documents.ts' */
/** @import { Decision } from './states.js' */
import { element } from '../../../ui/browser/element.js'
import { decisionTitles } from './decisions.js'
import { decisionsFor, targetText } from './states.js'

/**
 * Kept as long as the decisions are the same, so that the focus stays on a button while the page is refreshed.
 */
export class DecisionButtons {
  element = element('div', { class: 'buttons' })
  #shown = ''
  /** @type {RunDocument | undefined} */
  #run
  #onDecide

  /** @param {(decision: Decision, run: RunDocument) => void} onDecide called with the run that is shown */
  constructor(onDecide) {
    this.#onDecide = onDecide
  }

  /** @param {RunDocument} run */
  show(run) {
    this.#run = run
    const decisions = decisionsFor(run.state)
    const key = decisions.join(' ')
    if (key === this.#shown) return
    this.#shown = key
    this.element.replaceChildren(
      ...decisions.map((decision) => {
        const button = element(
          'button',
          {
            type: 'button',
            class: decision === 'approve' ? 'primary' : '',
            'aria-label': `${decisionTitles[decision]} run ${run.id}: ${run.action} on ${targetText(run)}`,
          },
          `${decisionTitles[decision]}…`,
        )
        button.addEventListener('click', () => {
          if (this.#run !== undefined) this.#onDecide(decision, this.#run)
        })
        return button
      }),
    )
  }
}
