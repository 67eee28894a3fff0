// Why an operation is not executed. Nothing was changed.

import { KvminfoError } from '../errors.ts'
import { errorText } from '../log/error-text.ts'

export interface Problem {
  /** `stale`: the VM or the thread is another one, or has ended. `refused`: it must not be done. */
  readonly outcome: 'stale' | 'refused'
  /** One sentence with what to do. */
  readonly reason: string
}

export const stale = (reason: string): Problem => ({ outcome: 'stale', reason })
export const refused = (reason: string): Problem => ({ outcome: 'refused', reason })

export const isProblem = (result: object): result is Problem => 'outcome' in result

/** One sentence. What this program raises on purpose says all; of anything else, the stack matters too. */
export const reasonOf = (error: unknown): string =>
  error instanceof KvminfoError ? error.message : errorText(error)
