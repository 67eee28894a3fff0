// For changes that can be applied and undone by turns. Neighbouring blocks are compared, so that a load that drifts, or
// windows that resemble the ones before them, do not look like an effect. Rank tests call 4 to 90 % of such runs improved
// at a nominal 1 %; `npm run bench -- proof` prints the rates of both.
import { type Comparison, effectOf, leastLoss, type TooFew } from './comparison.ts'
import { mean, meanWithBounds } from './statistics.ts'

/** A: without the change, B: with it. In this order a linear and a quadratic drift cancel out (Thue-Morse). */
export const switchbackBlocks = ['A', 'B', 'B', 'A', 'B', 'A', 'A', 'B'] as const

/** Counted windows of a block; one more, in which the change settles, comes before them. */
export const windowsPerBlock = 4

/** Milliseconds: 10 minutes in all. */
const windowLength = 15_000

/** A block with fewer windows that count is not compared. */
const leastPerBlock = 2

/**
 * The change must make the work at least so much cheaper. With 10 %, between 3 and 4.3 % of the runs without an effect
 * are called improved (5 % if windows are missing), depending on how much a window resembles the one before. With 12 %
 * it is less than 4 % for every such correlation, even with two windows a block.
 */
const leastGain = Math.log(1 - 0.12)

export interface Block {
  /** Index into `switchbackBlocks`. */
  readonly index: number
  readonly phase: (typeof switchbackBlocks)[number]
  readonly settleMs: number
  readonly windowMs: number
  readonly windows: number
}

export function switchbackSchedule(windowMs: number = windowLength): readonly Block[] {
  return switchbackBlocks.map((phase, index) => ({
    index,
    phase,
    settleMs: windowMs,
    windowMs,
    windows: windowsPerBlock,
  }))
}

/** `blocks`: the logarithms of the costs of the windows that count, for each of `switchbackBlocks`. */
export function compareSwitchback(
  blocks: readonly (readonly number[])[],
  gain: number = leastGain,
): Comparison | TooFew {
  const poor = switchbackBlocks.findIndex((_, index) => (blocks[index]?.length ?? 0) < leastPerBlock)
  if (poor >= 0) {
    const count = blocks[poor]?.length ?? 0
    return {
      tooFew: `in block ${poor + 1} of ${switchbackBlocks.length}, ${count} of ${windowsPerBlock} windows count, and ${leastPerBlock} are needed`,
    }
  }
  const means = switchbackBlocks.map((_, index) => mean(blocks[index]!))
  const pairs = [0, 2, 4, 6].map((first) => {
    const change = means[first + 1]! - means[first]!
    return switchbackBlocks[first] === 'A' ? change : -change
  })
  const difference = meanWithBounds(pairs, 0.95)
  const effect = effectOf(difference)
  if (pairs.every((pair) => pair < 0) && difference.middle <= gain) return { verdict: 'improved', effect }
  return { verdict: difference.lower > leastLoss ? 'worse' : 'inconclusive', effect }
}
