// Ties the page together: an answer of the server or a decision of the user comes in, and all parts are shown again.

/** @import { RunDocument, RunList } from '../../approve/documents.ts' */
/** @import { Decision } from './states.js' */
import { byId, setText } from '../../../ui/browser/element.js'
import { timeOfDay } from '../../../ui/browser/format.js'
import { Polling } from '../../../ui/browser/polling.js'
import { DecisionDialog } from './decision-dialog.js'
import { killSwitchQuestion, outcomeText, questionOf } from './decisions.js'
import { Detail } from './detail.js'
import { GuardStrip } from './guard-strip.js'
import { HistoryTable, pageSize } from './history-table.js'
import { OpenRuns } from './open-runs.js'
import { plainText } from './plain-text.js'
import { RunDetails } from './run-details.js'
import { server } from './server.js'

/** The engine makes a pass a second. */
const intervalSeconds = 2

const details = new RunDetails()
const dialog = new DecisionDialog()
const guardStrip = new GuardStrip(switchKill)
const openRuns = new OpenRuns(details, { onDecide: decide, onOpen: openRun })
const historyTable = new HistoryTable(openRun, (reason) => notify(reason, false))
const detail = new Detail(details, { onDecide: decide, onClose: () => openRun(undefined) })

/** @type {RunList | undefined} */
let answer
/** @type {number | undefined} the run in the panel */
let opened = runOfAddress()

function runOfAddress() {
  const match = /^#run=(\d{1,15})$/.exec(location.hash)
  return match === null ? undefined : Number(match[1])
}

/** @param {number | undefined} id */
function openRun(id) {
  const url = id === undefined ? location.pathname + location.search : `#run=${id}`
  // A history entry, so that the browser's Back button closes what was opened.
  if (opened === undefined) history.pushState(null, '', url)
  else history.replaceState(null, '', url)
  opened = id
  showDetail()
}

function showDetail() {
  if (answer === undefined) return
  const runs = [...answer.open, ...historyTable.runs]
  void detail.show(
    opened,
    runs.find(({ id }) => id === opened),
    answer.at,
  )
}

/**
 * @param {Decision} decision
 * @param {RunDocument} run as it is shown
 */
function decide(decision, run) {
  dialog.ask({
    ...questionOf(decision, run),
    isPossible: answer?.guards.has_approvers !== false,
    onAnswer(outcome) {
      notify(outcomeText(decision, run.id, outcome), outcome.isDone)
      polling.askNow()
    },
  })
}

/** @param {boolean} isStopped */
function switchKill(isStopped) {
  dialog.ask({
    ...killSwitchQuestion(isStopped),
    isPossible: answer?.guards.has_approvers !== false,
    onAnswer({ isDone, reason }) {
      const done = isStopped ? 'The kill switch is released.' : 'The kill switch is set.'
      notify(isDone ? done : `The kill switch was not changed: ${reason}`, isDone)
      polling.askNow()
    },
  })
}

/**
 * @param {string} text
 * @param {boolean} isGood
 */
function notify(text, isGood) {
  const place = byId('notice')
  place.classList.toggle('failure', !isGood)
  place.hidden = false
  setText(place, text)
  // The button that was pressed may be about to go.
  place.focus({ preventScroll: opened !== undefined })
}

/**
 * @param {RunList} given
 * @returns {number} seconds until the next request
 */
function onAnswer(given) {
  // The program was replaced. Its new page may show more, and may need data that only the new program serves.
  if (given.version !== document.documentElement.dataset.version) location.reload()
  answer = given
  details.keepOnly(new Set([...given.open, ...given.ended].map(({ id }) => id)))
  setText(byId('host-line'), given.guards.instances.map(plainText).join(', '))
  guardStrip.show(given)
  openRuns.show(given)
  historyTable.show(given)
  showDetail()
  const pending = given.open.filter(({ state }) => state === 'proposed').length
  // So that a person sees it from another tab.
  document.title = `${pending === 0 ? '' : `(${pending}) `}kvminfo remediation ${location.host}`
  // Only after everything was shown without an error.
  shownAt = given.at
  setText(byId('status'), `live, as of ${timeOfDay(given.at)}`)
  byId('failure').hidden = true
  document.body.classList.remove('stale')
  return intervalSeconds
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
  const isInDialog = event.target instanceof Element && event.target.closest('dialog') !== null
  if (event.key === 'Escape' && opened !== undefined && !isInDialog) openRun(undefined)
})

window.addEventListener('popstate', () => {
  opened = runOfAddress()
  showDetail()
})

const polling = new Polling({
  server,
  address: () => `api/v1/runs?limit=${pageSize}`,
  onAnswer,
  onFailure,
})
polling.start()
