// The source that each fact is read from, and the commands that would let the exporter see more.

/** @import { LiveDocument, LiveSource } from '../live-document.ts' */
import { byId, element } from '../../ui/browser/element.js'
import { counted } from '../../ui/browser/format.js'

/** @type {Record<LiveSource['fact'], string>} */
const factTitles = {
  exits: 'VM exits',
  threads: 'Scheduling of vCPU threads',
  identity: 'Names and devices',
}
const stateTitles = { 'in-use': 'in use', standby: 'standby', unavailable: 'not available' }

export class SourceList {
  #place = /** @type {HTMLDetailsElement} */ (byId('sources'))
  #shown = ''

  /** @param {LiveDocument} answer */
  show({ sources }) {
    const key = JSON.stringify(sources)
    if (key === this.#shown) return
    const remedies = sources.filter(({ remedy }) => remedy !== null).length
    const inUse = Object.entries(factTitles).map(([fact, title]) => {
      const ofFact = sources.filter((one) => one.fact === fact)
      const source = ofFact.find(({ state }) => state === 'in-use')
      if (source !== undefined) return element('span', {}, `${title}: `, element('b', {}, source.source))
      // A source on standby would work, but while no VM runs there is nothing to read from it.
      const spare = ofFact.find(({ state }) => state === 'standby')
      return spare === undefined
        ? element('span', {}, `${title}: `, element('b', { class: 'none' }, 'no source'))
        : element('span', {}, `${title}: ${spare.source}, on standby`)
    })
    // Without exits no VM has a class, so the list of commands that would help is open at first.
    if (this.#shown === '')
      this.#place.open = !sources.some(({ fact, state }) => fact === 'exits' && state === 'in-use')
    this.#shown = key
    const summary = element('summary', {}, element('span', {}, 'Sources'), ...inUse)
    if (remedies > 0)
      summary.append(element('span', { class: 'badge' }, `${counted(remedies, 'command')} would show more`))
    const head = ['fact', 'source', 'state', 'how to make it available'].map((title) =>
      element('th', { scope: 'col' }, title),
    )
    this.#place.replaceChildren(
      summary,
      element(
        'table',
        {},
        element('thead', {}, element('tr', {}, ...head)),
        element('tbody', {}, ...sources.map(sourceRow)),
      ),
    )
  }
}

/** @param {LiveSource} source */
function sourceRow({ fact, source, state, reason, remedy }) {
  const what = element('td', { class: 'remedy' })
  if (remedy !== null) what.append(element('code', {}, remedy))
  if (reason !== null) what.append(element('small', {}, reason))
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, factTitles[fact]),
    element('td', {}, source),
    element('td', {}, element('span', { class: `state ${state}` }, stateTitles[state])),
    what,
  )
}
