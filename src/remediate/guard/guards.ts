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
export function maySlot(budget: Budget, { limits }: Policy, now: number): Decision {
  const { quarantine, lastEndedInSlot, attemptsInDay } = budget
  if (quarantine !== undefined && quarantine.until > now) {
    return {
      go: false,
      reason: `in quarantine for another ${durationText(quarantine.until - now)}: ${quarantine.reason}`,
    }
  }
  if (lastEndedInSlot !== undefined && now - lastEndedInSlot < limits.cooldown) {
    return {
      go: false,
      reason: `cooldown: the last change ended less than ${durationText(limits.cooldown)} ago`,
    }
  }
  if (attemptsInDay >= limits.attempts_per_day)
    return {
      go: false,
      reason: `it was tried ${attemptsInDay} times in a day; limits.attempts_per_day is ${limits.attempts_per_day}`,
    }
  return go
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
  if (budget.changesInHour >= limits.changes_per_hour)
    return {
      go: 'later',
      reason: `${budget.changesInHour} changes in the last hour; limits.changes_per_hour is ${limits.changes_per_hour}`,
    }
  if (!isApproved && !isWithin(windows, now))
    return { go: 'later', reason: 'outside the windows of the policy' }
  return go
}
