// The fingerprint of a plan. An approval is bound to it: if the plan would do something else, it needs another approval.
import { createHash } from 'node:crypto'
import type { Plan } from '../actions/action.ts'

/** SHA-256, hexadecimal, of what would be done and under which policy. */
export function planSha(plan: Plan, policySha: string): string {
  const { action, target, operations, takesEffect } = plan
  return createHash('sha256')
    .update(sortedJson({ action, target, operations, takesEffect, policySha }))
    .digest('hex')
}

/** JSON with the keys in order, so that equal values give equal texts. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
