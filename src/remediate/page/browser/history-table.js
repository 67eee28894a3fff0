// The runs that have ended, the newest first.

/** @import { RunList, RunSummary } from '../../approve/documents.ts' */
import { byId, element } from '../../../ui/browser/element.js'
import { fetchJson } from '../../../ui/browser/polling.js'
import { plainText } from './plain-text.js'
import { server } from './server.js'
import { byHandText, stateTitles, targetText, verdictTitles } from './states.js'
import { seconds, when } from './times.js'

/** How many runs an answer has unless more are asked for. */
export const pageSize = 50

export class HistoryTable {
  #table = byId('history-table')
  #body = this.#table.querySelector('tbody') ?? element('tbody')
  #older = /** @type {HTMLButtonElement} */ (byId('older'))
  /** @type {readonly RunSummary[]} */
  #newest = []
  /** @type {readonly RunSummary[]} that were asked for with the button */
  #more = []
  #hasMore = false
  #shown = ''
  #now = 0
  #onOpen
  #onFailure

  /**
   * @param {(id: number) => void} onOpen
   * @param {(reason: string) => void} onFailure
   */
  constructor(onOpen, onFailure) {
    this.#onOpen = onOpen
    this.#onFailure = onFailure
    this.#older.addEventListener('click', () => void this.#askForOlder())
  }

  /** @param {RunList} list */
  show({ ended, at }) {
    this.#newest = ended
    this.#now = at
    if (this.#more.length === 0) this.#hasMore = ended.length >= pageSize
    this.#draw()
  }

  /** The runs that are shown. */
  get runs() {
    const ids = new Set(this.#newest.map(({ id }) => id))
    return [...this.#newest, ...this.#more.filter(({ id }) => !ids.has(id))]
  }

  async #askForOlder() {
    const last = this.runs.at(-1)
    if (last === undefined) return
    this.#older.disabled = true
    try {
      /** @type {RunList} */
      const { ended } = await fetchJson(`api/v1/runs?before=${last.id}&limit=${pageSize}`, server)
      // Those that have left the newest answer meanwhile stay shown.
      this.#more = [...this.runs, ...ended]
      this.#hasMore = ended.length >= pageSize
      this.#draw()
    } catch (error) {
      this.#onFailure(error instanceof Error ? error.message : String(error))
    } finally {
      this.#older.disabled = false
    }
  }

  #draw() {
    const { runs } = this
    byId('no-history').hidden = runs.length > 0
    this.#table.hidden = runs.length === 0
    this.#older.hidden = !this.#hasMore
    const today = new Date(this.#now * 1000).toDateString()
    const key = `${today} ${runs.map(({ id, changed }) => `${id} ${changed}`).join()}`
    if (key === this.#shown) return
    this.#shown = key
    const focused = document.activeElement?.getAttribute('data-ended')
    this.#body.replaceChildren(...runs.map((run) => this.#row(run)))
    for (const button of this.#body.querySelectorAll('button'))
      if (button.dataset.ended === focused) button.focus()
  }

  /** @param {RunSummary} run */
  #row(run) {
    const open = element(
      'button',
      { type: 'button', class: 'link', 'data-ended': String(run.id), 'aria-label': `Open run ${run.id}` },
      String(run.id),
    )
    open.addEventListener('click', () => this.#onOpen(run.id))
    const cell = (/** @type {string} */ name, /** @type {(Node | string)[]} */ ...content) =>
      element('td', { class: name }, ...content)
    return element(
      'tr',
      {},
      element('th', { scope: 'row', class: 'id' }, open),
      cell('ended', when(seconds(run.changed), this.#now)),
      cell('target', targetText(run)),
      cell('action', run.action),
      cell('result', element('span', { class: 'state', 'data-state': run.state }, stateTitles[run.state])),
      cell(
        'judged',
        run.verdict === null
          ? ''
          : element('span', { class: 'verdict', 'data-verdict': run.verdict }, verdictTitles[run.verdict]),
      ),
      cell('reason', plainText(run.reason ?? ''), forcedText(run)),
    )
  }
}

/** @param {RunSummary} run */
const forcedText = (run) => (run.by_hand?.forced_because == null ? '' : ` (${byHandText(run)})`)
