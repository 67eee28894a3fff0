// What the states of a run mean for the page: their words, where a run is shown, and what a person can decide.

/** @import { PlanDocument, RunSummary } from '../../approve/documents.ts' */
import { plainText } from './plain-text.js'

/** @typedef {RunSummary['state']} State */
/** @typedef {'approve' | 'decline' | 'undo'} Decision */

/** @type {Record<State, string>} */
export const stateTitles = {
  received: 'being planned',
  proposed: 'waits for a decision',
  approved: 'approved, not begun',
  applying: 'being applied',
  waiting: 'waits for the VM to start',
  measuring: 'being measured',
  holding: 'holding',
  undoing: 'being undone',
  kept: 'kept',
  unproven: 'kept, unproven',
  undone: 'undone',
  refused: 'refused',
  declined: 'declined',
  expired: 'expired',
  obsolete: 'obsolete',
  overridden: 'overridden',
  person: 'needs a person',
}

/** @type {Record<NonNullable<RunSummary['verdict']>, string>} */
export const verdictTitles = {
  improved: 'improved',
  worse: 'worse',
  inconclusive: 'inconclusive',
  'not-measurable': 'not measurable',
}

/**
 * The sections of open runs in the order of the page. What waits for a person comes first.
 * @typedef {object} Section
 * @property {string} id
 * @property {string} title
 * @property {readonly State[]} states
 */
/** @type {readonly Section[]} */
export const sections = [
  { id: 'pending', title: 'Waiting for a decision', states: ['proposed'] },
  { id: 'trying', title: 'Being tried', states: ['applying', 'measuring', 'undoing'] },
  { id: 'holding', title: 'Holding', states: ['holding'] },
  { id: 'restart', title: 'Waiting for the VM to start', states: ['waiting'] },
  { id: 'queue', title: 'In the queue', states: ['received', 'approved'] },
]

/** @type {Partial<Record<State, readonly Decision[]>>} */
const decisions = {
  proposed: ['approve', 'decline'],
  approved: ['decline'],
  applying: ['undo'],
  waiting: ['undo'],
  measuring: ['undo'],
  holding: ['undo'],
  kept: ['undo'],
  unproven: ['undo'],
  person: ['undo'],
}

/**
 * @param {State} state
 * @returns {readonly Decision[]}
 */
export const decisionsFor = (state) => decisions[state] ?? []

/**
 * Whether its page changes by itself while the run stays in its state.
 * @param {State} state
 */
export const isMoving = (state) => ['applying', 'measuring', 'undoing', 'holding'].includes(state)

/**
 * When a change takes effect.
 * @param {Pick<PlanDocument, 'takes_effect' | 'restart'>} plan
 */
export function whenText({ takes_effect, restart }) {
  if (takes_effect === 'live') return 'at once'
  return restart ? 'at once: the VM is restarted' : 'when the VM starts next'
}

/**
 * Who asked for a run by hand, and why guards were passed over; empty if nobody did.
 * @param {Pick<RunSummary, 'by_hand'>} run
 */
export function byHandText({ by_hand }) {
  if (by_hand === null) return ''
  const forced =
    by_hand.forced_because === null ? '' : `, forced because: ${plainText(by_hand.forced_because)}`
  return `Asked for by ${plainText(by_hand.who)}${forced}`
}

/**
 * What a run concerns, such as `web1, device hda`.
 * @param {Pick<RunSummary, 'vm' | 'device'>} run
 */
export function targetText({ vm, device }) {
  const target = vm === null ? 'this host' : plainText(vm)
  return device === null ? target : `${target}, device ${plainText(device)}`
}
