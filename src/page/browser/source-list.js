// Which source each fact is read from, and which command would let the exporter see more.

/** @import { LiveDocument, LiveSource } from '../live-document.ts' */
import { byId, element } from './element.js'
import { counted } from './format.js'

/** @type {Record<LiveSource['fact'], string>} */
const factTitles = {
  exits: 'Exits and switches',
  threads: 'Scheduling of vCPU threads',
  identity: 'Names and devices',
}
const stateTitles = { 'in-use': 'in use', standby: 'standby', unavailable: 'not available' }

export class SourceList {
  #place = byId('sources')
  #shown = ''

  /** @param {LiveDocument} answer */
  show({ sources }) {
    const key = JSON.stringify(sources)
    if (key === this.#shown) return
    this.#shown = key
    const remedies = sources.filter(({ remedy }) => remedy !== null).length
    const inUse = Object.entries(factTitles).map(([fact, title]) => {
      const source = sources.find((one) => one.fact === fact && one.state === 'in-use')
      const name = element('b', { class: source === undefined ? 'none' : '' }, source?.source ?? 'no source')
      return element('span', { class: 'in-use' }, `${title}: `, name)
    })
    const summary = element('summary', {}, element('span', {}, 'Sources'), ...inUse)
    if (remedies > 0)
      summary.append(element('span', { class: 'badge' }, `${counted(remedies, 'command')} would show more`))
    const head = ['fact', 'source', 'state', 'what would make it available'].map((title) =>
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
