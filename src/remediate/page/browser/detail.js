// The panel at the side: everything about one run.

/** @import { RunDocument, RunSummary } from '../../approve/documents.ts' */
/** @import { RunDetails } from './run-details.js' */
/** @import { Decision } from './states.js' */
import { byId, element, setText } from '../../../ui/browser/element.js'
import { DecisionButtons } from './buttons.js'
import { plainText } from './plain-text.js'
import { changesOf, commandsOf, diffOf, factsOf, preconditionsOf } from './plan-view.js'
import { alertsOf, eventsOf, stepsOf } from './run-view.js'
import { byHandText, stateTitles, targetText, verdictTitles } from './states.js'
import { TrialView } from './trial-view.js'

export class Detail {
  #place = byId('detail')
  #title = element('h2')
  #content = element('div')
  #details
  #onDecide
  /** @type {{ id: number, key: string, trial: TrialView | undefined, buttons: DecisionButtons } | undefined} */
  #shown
  /** @type {Element | null} the element that had the focus before */
  #before = null

  /**
   * @param {RunDetails} details
   * @param {{ onDecide: (decision: Decision, run: RunDocument) => void, onClose: () => void }} listener
   */
  constructor(details, { onDecide, onClose }) {
    this.#details = details
    this.#onDecide = onDecide
    const close = element(
      'button',
      { type: 'button', class: 'close', 'aria-label': 'Close', title: 'Close (Esc)' },
      '×',
    )
    close.addEventListener('click', onClose)
    this.#place.append(element('div', { class: 'head' }, this.#title, close), this.#content)
  }

  /**
   * Shows the run with this number; undefined closes the panel.
   * @param {number | undefined} id
   * @param {RunSummary | undefined} summary if it is among the runs of the last answer
   * @param {number} now seconds since the Unix epoch
   */
  async show(id, summary, now) {
    if (id === undefined) {
      this.#close()
      return
    }
    if (this.#shown?.id !== id) this.#open(id)
    try {
      const run = await (summary === undefined ? this.#details.byId(id) : this.#details.of(summary))
      if (this.#shown?.id === id) this.#fill(run, now)
    } catch (error) {
      if (this.#shown?.id !== id) return
      const reason = error instanceof Error ? error.message : String(error)
      this.#content.querySelector('.summary')?.replaceChildren(element('p', { class: 'failure' }, reason))
      this.#shown.key = ''
    }
  }

  /** @param {number} id */
  #open(id) {
    if (this.#place.hidden) this.#before = document.activeElement
    this.#shown?.trial?.close()
    this.#shown = { id, key: '', trial: undefined, buttons: new DecisionButtons(this.#onDecide) }
    setText(this.#title, `Run ${id}`)
    this.#content.replaceChildren(
      element('div', { class: 'summary' }),
      this.#shown.buttons.element,
      element('div', { class: 'measured' }),
      element('div', { class: 'rest' }),
    )
    this.#place.hidden = false
    this.#place.scrollTop = 0
    this.#place.focus({ preventScroll: true })
  }

  #close() {
    if (this.#shown === undefined) return
    this.#shown.trial?.close()
    this.#shown = undefined
    this.#place.hidden = true
    this.#content.replaceChildren()
    if (this.#before instanceof HTMLElement) this.#before.focus({ preventScroll: true })
  }

  /**
   * @param {RunDocument} run
   * @param {number} now seconds since the Unix epoch
   */
  #fill(run, now) {
    const shown = this.#shown
    if (shown === undefined) return
    shown.buttons.show(run)
    if (run.windows.length > 0 && run.plan !== null) {
      if (shown.trial === undefined) {
        shown.trial = new TrialView(run.plan.metric)
        this.#content.querySelector('.measured')?.replaceChildren(shown.trial.element)
      }
      shown.trial.show(run)
    }
    const { windows: _windows, ...others } = run
    const key = JSON.stringify(others)
    const selection = getSelection()
    // Text that somebody has selected to copy would be lost.
    const isSelected = selection?.isCollapsed === false && selection.containsNode(this.#content, true)
    if (key === shown.key || (shown.key !== '' && isSelected)) return
    shown.key = key
    setText(this.#title, `Run ${run.id}: ${run.action} on ${targetText(run)}`)
    this.#content.querySelector('.summary')?.replaceChildren(...summaryOf(run))
    this.#content
      .querySelector('.rest')
      ?.replaceChildren(
        ...eventsOf(run, now),
        ...(run.plan === null
          ? []
          : [
              ...changesOf(run.plan),
              ...diffOf(run.plan),
              ...preconditionsOf(run.plan),
              element('h3', {}, 'Plan'),
              factsOf(run.plan),
              ...commandsOf(run.plan),
            ]),
        ...stepsOf(run, now),
        ...alertsOf(run, now),
      )
  }
}

/** @param {RunDocument} run */
function summaryOf({ state, verdict, reason, waits, by_hand }) {
  const line = element('p', {}, element('span', { class: 'state', 'data-state': state }, stateTitles[state]))
  if (verdict !== null)
    line.append(' ', element('span', { class: 'verdict', 'data-verdict': verdict }, verdictTitles[verdict]))
  if (reason !== null) line.append(` ${plainText(reason)}`)
  const lines = [line]
  if (by_hand !== null) lines.push(element('p', {}, `${byHandText({ by_hand })}.`))
  if (waits !== null) lines.push(element('p', {}, `Waits: ${plainText(waits)}`))
  return lines
}
