// For changes that take a restart, and so cannot be applied and undone by turns. A load that drifts cannot be told from
// an effect here. So the effect must be large: a bound, not only the mean, must show it.
import { type Comparison, effectOf, leastLoss, type TooFew } from './comparison.ts'
import { batchMeans, welch } from './statistics.ts'

/** Windows that must count before, and after. */
export const leastWindows = 20

/** More windows after are not waited for. */
export const mostWindows = 60

/** Means of consecutive windows resemble each other less than the windows do. */
const batches = 5

/** The change must be proven to make the work at least so much cheaper. */
const leastGain = Math.log(1 - 0.3)

/** Which of the windows that count are compared: the last 20 before and the first 60 after. */
export function chooseWindows<T>(before: readonly T[], after: readonly T[]): readonly [T[], T[]] {
  return [before.slice(-leastWindows), after.slice(0, mostWindows)]
}

/** The logarithms of the costs of the chosen windows, in the order of time. */
export function compareBeforeAfter(before: readonly number[], after: readonly number[]): Comparison | TooFew {
  if (before.length < leastWindows)
    return {
      tooFew: `${before.length} windows before the change count, and ${leastWindows} are needed`,
    }
  if (after.length < leastWindows)
    return { tooFew: `${after.length} windows after the change count, and ${leastWindows} are needed` }
  const difference = welch(batchMeans(before, batches), batchMeans(after, batches), 0.99)
  const effect = effectOf(difference)
  if (difference.upper <= leastGain) return { verdict: 'improved', effect }
  return { verdict: difference.lower > leastLoss ? 'worse' : 'inconclusive', effect }
}
