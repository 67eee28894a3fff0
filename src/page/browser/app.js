// Ties the page together: an answer of the exporter or a choice of the user comes in, and all parts are shown again.

import { byId, setText } from '../../ui/browser/element.js'
import { timeOfDay } from '../../ui/browser/format.js'
import { Polling } from '../../ui/browser/polling.js'
/** @import { LiveDocument } from '../live-document.ts' */
/** @import { ViewState } from './view-state.js' */
import { columns } from './columns.js'
import { Detail } from './detail.js'
import { FilterBar } from './filter-bar.js'
import { HostStrip } from './host-strip.js'
import { LiveHistory } from './live-history.js'
import { server } from './server.js'
import { SourceList } from './source-list.js'
import { formatViewState, parseViewState } from './view-state.js'
import { matching, ofClasses, sorted } from './vm-list.js'
import { VmTable } from './vm-table.js'

const sortable = columns.map(({ id }) => id)
const history = new LiveHistory()
const hostStrip = new HostStrip()
const sourceList = new SourceList()
const table = new VmTable(history, { onSort: sortBy, onOpen: (label) => change({ open: label }) })
const filterBar = new FilterBar({ onChange: change, onLeave: () => table.focus() })
const detail = new Detail(() => change({ open: undefined }))

/** @type {ViewState} */
let state = parseViewState(location.hash, sortable)
/** @type {LiveDocument | undefined} */
let answer

/** @param {Partial<ViewState>} part */
function change(part) {
  const opens = part.open !== undefined && state.open === undefined
  state = { ...state, ...part }
  const url = formatViewState(state) || location.pathname + location.search
  // A history entry, so that the browser's Back button closes what was opened.
  if (opens) window.history.pushState(null, '', url)
  else window.history.replaceState(null, '', url)
  showVms()
  if ('open' in part) showDetail()
}

/** @param {string} column sorts the worst first, and in reverse on a second click */
function sortBy(column) {
  const startsDescending = columns.find(({ id }) => id === column)?.isNumber === true && column !== 'ratio'
  change({ sort: column, descending: state.sort === column ? !state.descending : startsDescending })
}

function showVms() {
  if (answer === undefined) return
  const column = columns.find(({ id }) => id === state.sort)
  if (column === undefined) return
  const found = matching(answer.vms, state.text)
  const vms = sorted(ofClasses(found, state.classes), column, state.descending)
  table.show({ vms, answer, ...state })
  filterBar.show(state, { all: answer.vms.length, found, shown: vms.length }, answer.thresholds)
  byId('empty').hidden = vms.length > 0
  byId('show-all').hidden = answer.vms.length === 0
  setText(
    byId('why-empty'),
    answer.vms.length === 0
      ? 'No KVM guest is running on this host.'
      : 'No virtual machine matches the filter.',
  )
}

function showDetail() {
  if (answer !== undefined) void detail.show(state.open, answer)
}

/**
 * @param {LiveDocument} given
 * @returns {number} seconds until the next request
 */
function onAnswer(given) {
  // The exporter was replaced. Its new page may show more, and may need data that only the new exporter serves.
  if (given.version !== document.documentElement.dataset.version) location.reload()
  answer = given
  history.add(given)
  const { kernelRelease, distribution, cpuModel } = given.host
  setText(byId('host-line'), [cpuModel, distribution, kernelRelease].filter(Boolean).join(' · '))
  hostStrip.show(given, history)
  sourceList.show(given)
  showVms()
  showDetail()
  // Only after everything was shown without an error.
  shownAt = given.at
  setText(byId('status'), `live, as of ${timeOfDay(given.at)}`)
  byId('failure').hidden = true
  document.body.classList.remove('stale')
  // There are no rates before the second sample, which the exporter takes soon after the first.
  return history.at.length < 2 ? 1 : given.intervalSeconds
}

/** @type {number | undefined} seconds since the Unix epoch */
let shownAt
/** @type {number | undefined} seconds since the Unix epoch */
let failingSince

/** @param {string} reason */
function onFailure(reason) {
  const isNew = byId('failure').hidden
  if (isNew) failingSince = Date.now() / 1000
  const shown = shownAt === undefined ? '' : ` This page shows data from ${timeOfDay(shownAt)}.`
  setText(
    byId('failure'),
    `${reason} Failing since ${timeOfDay(failingSince ?? 0)}, retrying every second.${shown}`,
  )
  byId('failure').hidden = false
  setText(byId('status'), 'not live')
  document.body.classList.add('stale')
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement
  if (event.key === 'Escape' && state.open !== undefined) {
    change({ open: undefined })
  } else if (event.key === '/' && !isTyping) {
    event.preventDefault()
    filterBar.focus()
  }
})

window.addEventListener('popstate', () => {
  state = parseViewState(location.hash, sortable)
  showVms()
  showDetail()
})

byId('show-all').addEventListener('click', () => {
  change({ text: '', classes: new Set() })
  table.focus()
})

document.title = `kvminfo ${location.host}`
new Polling({
  server,
  address: (since) => `api/v1/live?since=${since}`,
  onAnswer,
  onFailure,
}).start()
