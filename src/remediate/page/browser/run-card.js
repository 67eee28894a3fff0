// An open run on the page: what it is about, its plan or its measurements, and what a person can decide.

/** @import { RunDocument, RunSummary } from '../../approve/documents.ts' */
/** @import { Decision } from './states.js' */
import { element, setText } from '../../../ui/browser/element.js'
import { duration } from '../../../ui/browser/format.js'
import { DecisionButtons } from './buttons.js'
import { plainText } from './plain-text.js'
import { changesOf, commandsOf, diffOf, factsOf, preconditionsOf } from './plan-view.js'
import { byHandText, stateTitles, targetText, verdictTitles } from './states.js'
import { seconds, when } from './times.js'
import { TrialView } from './trial-view.js'

/**
 * @typedef {object} CardListener
 * @property {(decision: Decision, run: RunDocument) => void} onDecide
 * @property {(id: number) => void} onOpen
 */

export class RunCard {
  #since = element('span', { class: 'soft' })
  #state = element('span', { class: 'state' })
  #verdict = element('span', { class: 'verdict', hidden: '' })
  #why = element('p', { class: 'why' })
  #problem = element('p', { class: 'failure', hidden: '' })
  #plan = element('div', { class: 'plan' })
  #side = element('div', { class: 'side' })
  #buttons
  /** @type {TrialView | undefined} */
  #trial
  #shown = ''
  element

  /**
   * @param {RunSummary} run
   * @param {CardListener} listener
   */
  constructor(run, { onDecide, onOpen }) {
    this.#buttons = new DecisionButtons(onDecide)
    const more = element(
      'button',
      { type: 'button', 'aria-label': `Everything about run ${run.id}` },
      'Everything about it',
    )
    more.addEventListener('click', () => onOpen(run.id))
    const title = element('h3', { id: `run-${run.id}` }, element('b', {}, targetText(run)), ` ${run.action}`)
    this.element = element(
      'article',
      { class: 'card', 'aria-labelledby': `run-${run.id}` },
      element('div', { class: 'card-head' }, title, this.#state, this.#verdict, this.#since),
      this.#why,
      this.#problem,
      element('div', { class: 'card-body' }, this.#plan, this.#side),
      element('div', { class: 'card-foot' }, this.#buttons.element, more),
    )
  }

  /**
   * @param {RunSummary} run
   * @param {number} now seconds since the Unix epoch
   * @param {number} expiresSeconds how long a proposal lasts
   */
  update(run, now, expiresSeconds) {
    const age = Math.max(0, now - seconds(run.changed))
    setText(this.#state, stateTitles[run.state])
    this.#state.dataset.state = run.state
    this.#verdict.hidden = run.verdict === null
    if (run.verdict !== null) {
      setText(this.#verdict, verdictTitles[run.verdict])
      this.#verdict.dataset.verdict = run.verdict
    }
    const left = run.state === 'proposed' ? `, expires in ${duration(Math.max(0, expiresSeconds - age))}` : ''
    setText(this.#since, `run ${run.id}, since ${when(seconds(run.changed), now)} (${duration(age)})${left}`)
    const why = run.waits ?? run.reason ?? ''
    setText(this.#why, why === '' ? '' : `${run.waits === null ? '' : 'Waits: '}${plainText(why)}`)
  }

  /** @param {string} problem why the details are not known */
  fail(problem) {
    setText(this.#problem, problem)
    this.#problem.hidden = false
  }

  /** @param {RunDocument} run */
  showDetails(run) {
    this.#problem.hidden = true
    this.#buttons.show(run)
    this.#showTrial(run)
    const key = JSON.stringify([run.plan, run.state, run.alerts.length])
    // Text that somebody has selected to copy would be lost.
    const selection = getSelection()
    const isSelected = selection?.isCollapsed === false && selection.containsNode(this.#plan, true)
    if (key === this.#shown || (this.#shown !== '' && isSelected)) return
    this.#shown = key
    this.#plan.replaceChildren(...askedBy(run))
    if (run.plan === null) return
    this.#plan.append(...changesOf(run.plan), ...diffOf(run.plan))
    if (run.state !== 'proposed') return
    this.#plan.append(...preconditionsOf(run.plan))
    this.#side.replaceChildren(factsOf(run.plan), ...commandsOf(run.plan))
  }

  close() {
    this.#trial?.close()
  }

  /** @param {RunDocument} run */
  #showTrial(run) {
    if (run.plan === null || run.plan.metric === 'none' || run.state === 'proposed') return
    if (this.#trial === undefined) {
      this.#trial = new TrialView(run.plan.metric)
      this.#side.replaceChildren(this.#trial.element)
    }
    this.#trial.show(run)
  }
}

/** @param {RunDocument} run */
function askedBy({ alerts, by_hand }) {
  if (by_hand !== null) return [element('p', { class: 'soft' }, `${byHandText({ by_hand })}.`)]
  const names = [...new Set(alerts.map(({ labels }) => plainText(labels.alertname ?? 'an alert')))]
  return names.length === 0 ? [] : [element('p', { class: 'soft' }, `Asked for by ${names.join(', ')}.`)]
}
