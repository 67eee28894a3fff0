// Why an operation is not executed. Nothing was changed.

export interface Problem {
  /** `stale`: the VM or the thread is another one, or has ended. `refused`: it must not be done. */
  readonly outcome: 'stale' | 'refused'
  /** One sentence with what to do. */
  readonly reason: string
}

export const stale = (reason: string): Problem => ({ outcome: 'stale', reason })
export const refused = (reason: string): Problem => ({ outcome: 'refused', reason })
