// What forbids a run before anything is planned or executed: budgets, cooldown, quarantine, the policy, the time of day.

import { durationText } from '../../policy/duration.ts'
import type { Policy } from '../../policy/schema.ts'
import { isWithin } from '../../policy/windows.ts'
import type { Budget } from '../run/store.ts'

export type Decision =
  | { readonly go: true }
  /** Ask again later; nothing is decided. */
  | { readonly go: 'later'; readonly reason: string }
  | { readonly go: false; readonly reason: string }

const go: Decision = { go: true }

/** Whether a slot may have a new run planned at all. */
export function maySlot(budget: Budget, policy: Policy, now: number): Decision {
  const [reason] = slotObjections(budget, policy, now)
  return reason === undefined ? go : { go: false, reason }
}

/** All that speaks against a new run of a slot. */
export function slotObjections(budget: Budget, { limits }: Policy, now: number): string[] {
  const { quarantine, lastEndedInSlot, attemptsInDay } = budget
  const objections: string[] = []
  if (quarantine !== undefined && quarantine.until > now)
    objections.push(`in quarantine for another ${durationText(quarantine.until - now)}: ${quarantine.reason}`)
  if (lastEndedInSlot !== undefined && now - lastEndedInSlot < limits.cooldown)
    objections.push(`cooldown: the last change ended less than ${durationText(limits.cooldown)} ago`)
  if (attemptsInDay >= limits.attempts_per_day)
    objections.push(
      `it was tried ${attemptsInDay} times in a day; limits.attempts_per_day is ${limits.attempts_per_day}`,
    )
  return objections
}

/** Why the host may not be changed again this hour; undefined if it may. */
export function hourObjection({ changesInHour }: Budget, { limits }: Policy): string | undefined {
  return changesInHour >= limits.changes_per_hour
    ? `${changesInHour} changes in the last hour; limits.changes_per_hour is ${limits.changes_per_hour}`
    : undefined
}

/** Whether a change may begin now. */
export function mayBegin({
  budget,
  policy,
  now,
  changing,
  isApproved,
}: {
  budget: Budget
  policy: Policy
  now: number
  /** Runs that are changing the host now. */
  changing: number
  /** By a person; the windows of the policy are for changes without one. */
  isApproved: boolean
}): Decision {
  const { limits, windows } = policy
  if (changing >= limits.at_once)
    return {
      go: 'later',
      reason: `${changing} other changes are being made; limits.at_once is ${limits.at_once}`,
    }
  const reason = hourObjection(budget, policy)
  if (reason !== undefined) return { go: 'later', reason }
  if (!isApproved && !isWithin(windows, now))
    return { go: 'later', reason: 'outside the windows of the policy' }
  return go
}
