// The open runs in sections: what waits for a person first. Runs of the queue are one line each, because a storm of alerts
// can open hundreds.

/** @import { RunList, RunSummary } from '../../approve/documents.ts' */
/** @import { CardListener } from './run-card.js' */
/** @import { RunDetails } from './run-details.js' */
import { byId, element, setText } from '../../../ui/browser/element.js'
import { count } from '../../../ui/browser/format.js'
import { plainText } from './plain-text.js'
import { RunCard } from './run-card.js'
import { sections, stateTitles, targetText } from './states.js'

/** Cards of a section. Each asks the server for its run, so there is a limit. */
const maxCards = 20
const maxLines = 100

export class OpenRuns {
  /** @type {Map<number, RunCard>} */
  #cards = new Map()
  #details
  #listener
  #sections = sections.map((section) => {
    const title = element('h2', { id: `${section.id}-title` })
    const content = element('div', { class: 'cards' })
    const more = element('p', { class: 'hint', hidden: '' })
    const place = element(
      'section',
      { id: section.id, 'aria-labelledby': `${section.id}-title`, hidden: '' },
      title,
      content,
      more,
    )
    return { ...section, title, content, more, place }
  })
  #empty = element(
    'p',
    { class: 'hint', hidden: '' },
    'No run is open. A run begins when Alertmanager reports an alert with the label ',
    element('code', {}, 'remediation'),
    '. To see what would be done for a VM now, run on the host: ',
    element('code', {}, 'kvminfo remediate plan sched-tier <vm>'),
  )
  #queue = ''

  /**
   * @param {RunDetails} details
   * @param {CardListener} listener
   */
  constructor(details, listener) {
    this.#details = details
    this.#listener = listener
    byId('open').append(this.#empty, ...this.#sections.map(({ place }) => place))
  }

  /** @param {RunList} list */
  show(list) {
    const { open } = list
    this.#empty.hidden = open.length > 0
    const shown = new Set()
    for (const { id, title, states, content, more, place } of this.#sections) {
      const runs = open.filter(({ state }) => states.includes(state))
      place.hidden = runs.length === 0
      setText(title, `${sections.find((one) => one.id === id)?.title} (${count(runs.length)})`)
      const limit = id === 'queue' ? maxLines : maxCards
      more.hidden = runs.length <= limit
      setText(more, `and ${count(runs.length - limit)} more; kvminfo remediate list shows all of them`)
      if (id === 'queue') {
        this.#showQueue(content, runs.slice(0, limit))
        continue
      }
      const cards = runs.slice(0, limit).map((run) => {
        shown.add(run.id)
        return this.#cardOf(run, list)
      })
      // Elements that stay where they are keep the focus.
      cards.forEach((card, index) => {
        if (content.children[index] !== card.element)
          content.insertBefore(card.element, content.children[index] ?? null)
      })
    }
    for (const [id, card] of this.#cards) {
      if (shown.has(id)) continue
      card.close()
      card.element.remove()
      this.#cards.delete(id)
    }
  }

  /**
   * @param {RunSummary} run
   * @param {RunList} list
   */
  #cardOf(run, { at, guards }) {
    let card = this.#cards.get(run.id)
    if (card === undefined) {
      card = new RunCard(run, this.#listener)
      this.#cards.set(run.id, card)
    }
    card.update(run, at, guards.limits.approval_expires_seconds)
    const shown = card
    this.#details.of(run).then(
      (details) => shown.showDetails(details),
      (error) => shown.fail(error instanceof Error ? error.message : String(error)),
    )
    return card
  }

  /**
   * @param {HTMLElement} place
   * @param {readonly RunSummary[]} runs
   */
  #showQueue(place, runs) {
    const key = JSON.stringify(runs)
    if (key === this.#queue) return
    this.#queue = key
    const focused = document.activeElement?.getAttribute('data-run')
    place.replaceChildren(
      element(
        'ul',
        { class: 'queue' },
        ...runs.map((run) => {
          const open = element('button', { type: 'button', class: 'link', 'data-run': String(run.id) })
          open.append(`run ${run.id}`)
          open.addEventListener('click', () => this.#listener.onOpen(run.id))
          const why = run.waits === null ? '' : `: waits because ${plainText(run.waits)}`
          return element(
            'li',
            {},
            open,
            ' ',
            element('b', {}, targetText(run)),
            ` ${run.action}, ${stateTitles[run.state]}${why}`,
          )
        }),
      ),
    )
    for (const button of place.querySelectorAll('button')) if (button.dataset.run === focused) button.focus()
  }
}
