// The questions that a person is asked before a decision is sent.

/** @import { RunDocument } from '../../approve/documents.ts' */
/** @import { Question } from './decision-dialog.js' */
/** @import { Decision } from './states.js' */
import { counted } from '../../../ui/browser/format.js'
import { targetText } from './states.js'

export const decisionTitles = { approve: 'Approve', decline: 'Decline', undo: 'Undo' }
const doneTitles = { approve: 'approved', decline: 'declined', undo: 'undone' }

/**
 * @param {Decision} decision
 * @param {RunDocument} run whose plan is shown
 * @returns {Omit<Question, 'onAnswer' | 'isPossible'>}
 */
export function questionOf(decision, run) {
  const target = `${run.action} on ${targetText(run)}`
  const changes = counted(run.plan?.changes.length ?? 0, 'change')
  const start = run.plan?.takes_effect === 'next-start' ? 'when the VM starts next' : 'at once'
  const texts = {
    approve: `${target}: the ${changes} of the plan shown take effect ${start}. The plan is checked again before anything is changed.`,
    decline: `${target}: nothing is changed.`,
    undo: `${target}: what the run has changed is put back, unless somebody else has changed it since.`,
  }
  return {
    title: `${decisionTitles[decision]} run ${run.id}?`,
    text: texts[decision],
    confirm: decisionTitles[decision],
    path: `api/v1/runs/${run.id}/${decision}`,
    body: decision === 'undo' ? {} : { plan_sha: run.plan_sha },
    command: `kvminfo remediate ${decision} ${run.id}`,
  }
}

/**
 * @param {Decision} decision
 * @param {number} id
 * @param {{ readonly isDone: boolean, readonly reason: string }} outcome
 */
export function outcomeText(decision, id, { isDone, reason }) {
  if (isDone) return `Run ${id} is ${doneTitles[decision]}.`
  return `Run ${id} was not ${doneTitles[decision]}: ${reason} This page now shows what is there.`
}

/**
 * @param {boolean} isStopped whether the kill switch is set now
 * @returns {Omit<Question, 'onAnswer' | 'isPossible'>}
 */
export function killSwitchQuestion(isStopped) {
  if (isStopped) {
    return {
      title: 'Release the kill switch?',
      text: 'Changes may begin again, as the policy says.',
      confirm: 'Release',
      path: 'api/v1/resume',
      body: {},
      command: 'kvminfo remediate resume',
    }
  }
  return {
    title: 'Set the kill switch?',
    text: 'Nothing new begins, and everything that is being tried or holds is undone. It stays set until somebody releases it.',
    confirm: 'Stop everything',
    path: 'api/v1/stop',
    body: {},
    command: 'kvminfo remediate stop',
  }
}
