// What happened to a run: the alerts that asked for it, its states with their reasons, and its steps.

/** @import { RunDocument } from '../../approve/documents.ts' */
import { element } from '../../../ui/browser/element.js'
import { titledTable } from '../../../ui/browser/table.js'
import { plainText } from './plain-text.js'
import { stateTitles } from './states.js'
import { seconds, when } from './times.js'

const policies = /** @type {Record<number, string>} */ ({
  0: 'other',
  1: 'fifo',
  2: 'rr',
  3: 'batch',
  5: 'idle',
  6: 'deadline',
  7: 'ext',
})

/**
 * The value of a knob in a few words.
 * @param {unknown} value
 */
export function valueText(value) {
  if (value === null || value === undefined) return '–'
  if (typeof value !== 'object') return plainText(String(value))
  const { policy, rtPriority, nice } = /** @type {Record<string, unknown>} */ (value)
  if (typeof policy !== 'number') return plainText(JSON.stringify(value))
  const name = policies[policy] ?? `policy ${policy}`
  return policy === 1 || policy === 2 ? `${name} ${rtPriority}` : `${name}, nice ${nice}`
}

/**
 * What an operation concerns.
 * @param {unknown} operation
 */
export function knobText(operation) {
  const { kind, tid, device } = /** @type {Record<string, unknown>} */ (operation ?? {})
  if (typeof tid === 'number') return `thread ${tid}`
  return plainText([kind, device].filter((part) => typeof part === 'string').join(' '))
}

/**
 * What a person should know of an event; undefined for those that steps and measurements show.
 * @param {RunDocument['events'][number]} event
 * @returns {{ what: string, why: string } | undefined}
 */
export function eventText({ kind, body }) {
  const facts = /** @type {Record<string, unknown>} */ (body ?? {})
  const text = (/** @type {unknown} */ value) => (typeof value === 'string' ? plainText(value) : '')
  switch (kind) {
    case 'opened':
      return { what: 'asked for', why: 'by an alert' }
    case 'moved': {
      const state = /** @type {keyof typeof stateTitles} */ (facts.to)
      return { what: stateTitles[state] ?? text(facts.to), why: text(facts.reason) }
    }
    case 'declined':
    case 'approved':
      return { what: kind, why: text(facts.who) && `by ${text(facts.who)}` }
    case 'noted':
      return { what: 'note', why: text(facts.text) }
    default:
      return undefined
  }
}

/**
 * @param {RunDocument} run
 * @param {number} now seconds since the Unix epoch
 * @returns {Node[]}
 */
export function eventsOf({ events }, now) {
  const rows = events.flatMap((event) => {
    const text = eventText(event)
    return text === undefined ? [] : [[when(seconds(event.at), now), text.what, text.why]]
  })
  return rows.length === 0 ? [] : titledTable('What happened', ['when', 'what', 'why'], rows, [])
}

/** @type {Record<RunDocument['steps'][number]['phase'], string>} */
const phases = { intent: 'asked', done: 'done', failed: 'failed', unknown: 'no answer' }

/**
 * @param {RunDocument} run
 * @param {number} now seconds since the Unix epoch
 * @returns {Node[]}
 */
export function stepsOf({ steps }, now) {
  if (steps.length === 0) return []
  return titledTable(
    'Steps, with the values read back',
    ['when', 'step', 'before', 'after', 'outcome'],
    steps.map(({ operation, undo, phase, before, after, reason, at }) => [
      when(seconds(at), now),
      `${undo ? 'undo' : 'apply'} ${knobText(operation)}`,
      valueText(before),
      valueText(after),
      `${phases[phase]}${reason === null ? '' : `: ${plainText(reason)}`}`,
    ]),
    [],
  )
}

/**
 * @param {RunDocument} run
 * @param {number} now seconds since the Unix epoch
 * @returns {Node[]}
 */
export function alertsOf({ alerts }, now) {
  if (alerts.length === 0) return []
  const rows = alerts.map(({ labels, status, received }) => [
    when(seconds(received), now),
    plainText(labels.alertname ?? 'without a name'),
    status,
    element(
      'span',
      { class: 'labels' },
      ...Object.entries(labels)
        .filter(([name]) => name !== 'alertname')
        .map(([name, value]) => element('code', {}, `${plainText(name)}="${plainText(value)}"`)),
    ),
  ])
  return titledTable('Alerts that asked for it', ['received', 'alert', 'status', 'labels'], rows, [])
}
