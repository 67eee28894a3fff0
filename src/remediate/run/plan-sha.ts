// The fingerprint of a plan. An approval is bound to it: if the plan would do something else, it needs another approval.
import { createHash } from 'node:crypto'
import type { Plan } from '../actions/action.ts'
import { canonicalJson } from '../journal/canonical-json.ts'

/** SHA-256, hexadecimal, of what would be done and under which policy. */
export function planSha(plan: Plan, policySha: string): string {
  const { action, target, operations, takesEffect, restart } = plan
  return createHash('sha256')
    .update(canonicalJson({ action, target, operations, takesEffect, restart, policySha }))
    .digest('hex')
}
