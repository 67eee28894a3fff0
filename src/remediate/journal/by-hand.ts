// A run that a person asks for by hand: opened with the plan that was shown, and approved by asking for it.
import type { Plan } from '../actions/action.ts'
import type { Journal } from './journal.ts'
import { open, openRun, type RunRequest } from './receive.ts'
import { slotOf } from './run-row.ts'
import { decide, moveIn } from './runs.ts'

export interface AskedPlan {
  readonly plan: Plan
  readonly planSha: string
  readonly policySha: string
}

/**
 * In one transaction, so that no crash leaves a run that nobody has approved. Returns its id, or that of the run that the
 * slot has already. `passedOver`: what the guards say that the person passes over. `expiresInMs`: of the approval.
 */
export function openByHand(
  journal: Journal,
  request: RunRequest & Required<Pick<RunRequest, 'byHand'>>,
  { plan, planSha, policySha }: AskedPlan,
  passedOver: readonly string[],
  expiresInMs: number,
): { readonly opened: number } | { readonly isOpen: number } {
  return journal.write('new', (transaction) => {
    const other = openRun(transaction, slotOf(request))
    if (other !== undefined) return { isOpen: other }
    const id = open(transaction, request)
    const { who, forcedBecause } = request.byHand
    if (forcedBecause !== null) transaction.append(id, 'forced', { who, reason: forcedBecause, passedOver })
    moveIn(transaction, id, 'received', 'proposed', { plan, planSha, policySha, reason: 'asked for by hand' })
    const expiresAge = transaction.now.age + Math.round(expiresInMs)
    decide(transaction, id, 'approved', { who, how: 'tune', planSha }, expiresAge)
    moveIn(transaction, id, 'proposed', 'approved', { reason: `asked for by ${who}` })
    return { opened: id }
  })
}
