// What the two ways of comparing return.
import type { Difference } from './statistics.ts'

/** Cost with the change as a factor of the cost without it: 0.5 is half as expensive. */
export interface Effect {
  readonly ratio: number
  readonly lower: number
  readonly upper: number
}

export interface Comparison {
  readonly verdict: 'improved' | 'worse' | 'inconclusive'
  readonly effect: Effect
}

/** Why it cannot be compared; a sentence. */
export interface TooFew {
  readonly tooFew: string
}

/** From this on, proven by the lower bound, a change has made things worse. */
export const leastLoss = Math.log(1 + 0.05)

export function effectOf({ middle, lower, upper }: Difference): Effect {
  return { ratio: Math.exp(middle), lower: Math.exp(lower), upper: Math.exp(upper) }
}
