import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compareSwitchback,
  switchbackBlocks,
  switchbackSchedule,
} from '../../../../src/remediate/verify/switchback.ts'

/** Four equal windows a block. */
const blocks = (means: readonly number[]): number[][] => means.map((mean) => [mean, mean, mean, mean])

/** Blocks with that difference in each pair. */
const withPairs = (pairs: readonly number[]): number[][] =>
  blocks(switchbackBlocks.map((phase, index) => (phase === 'B' ? pairs[Math.floor(index / 2)]! : 0)))

describe('schedule', () => {
  test('takes 10 minutes: ABBABAAB, each with one window to settle and four that count', () => {
    const schedule = switchbackSchedule()
    expect(schedule.map(({ phase }) => phase).join('')).toBe('ABBABAAB')
    expect(schedule.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    const length = schedule.reduce((sum, block) => sum + block.settleMs + block.windows * block.windowMs, 0)
    expect(length).toBe(600_000)
  })

  test('takes other lengths of a window', () => {
    expect(switchbackSchedule(200)[7]).toEqual({
      index: 7,
      phase: 'B',
      settleMs: 200,
      windowMs: 200,
      windows: 4,
    })
  })

  test('has one A and one B in each pair, and cancels linear and quadratic drift', () => {
    const sums = { A: [0, 0, 0], B: [0, 0, 0] }
    for (const [index, phase] of switchbackBlocks.entries()) {
      for (const power of [0, 1, 2]) sums[phase][power]! += index ** power
    }
    expect(sums.A).toEqual(sums.B)
    for (const first of [0, 2, 4, 6]) expect(switchbackBlocks[first]).not.toBe(switchbackBlocks[first + 1])
  })
})

describe('comparison', () => {
  test.each([
    ['improved', [-0.2, -0.2, -0.2, -0.2]],
    ['improved', [-0.01, -0.2, -0.2, -0.2]],
    // One pair disagrees.
    ['inconclusive', [0.01, -0.9, -0.9, -0.9]],
    ['inconclusive', [0, -0.9, -0.9, -0.9]],
    // Too small: 10 % is not enough.
    ['inconclusive', [-0.1, -0.11, -0.1, -0.11]],
    ['inconclusive', [0, 0, 0, 0]],
    ['worse', [0.2, 0.2, 0.21, 0.2]],
    // Proven, but not more than 5 %.
    ['inconclusive', [0.04, 0.04, 0.04, 0.04]],
    // More on average, but not proven.
    ['inconclusive', [0.01, 0.5, 0.02, 0.6]],
  ] as const)('is %s for pairs %j', (verdict, pairs) => {
    expect(compareSwitchback(withPairs(pairs))).toMatchObject({ verdict })
  })

  test('needs a mean gain of 12 %', () => {
    const gain = Math.log(0.88)
    expect(compareSwitchback(withPairs(Array(4).fill(gain - 0.001)))).toMatchObject({ verdict: 'improved' })
    expect(compareSwitchback(withPairs(Array(4).fill(gain + 0.001)))).toMatchObject({
      verdict: 'inconclusive',
    })
  })

  test('gives the ratio with its bounds', () => {
    const result = compareSwitchback(withPairs([-1, -2, -2, -3]))
    const error = 2.353 * Math.sqrt(1 / 6)
    expect(result).toEqual({
      verdict: 'improved',
      effect: {
        ratio: expect.closeTo(Math.exp(-2), 10),
        lower: expect.closeTo(Math.exp(-2 - error), 10),
        upper: expect.closeTo(Math.exp(-2 + error), 10),
      },
    })
  })

  test('needs two windows in each block', () => {
    const one = withPairs([-1, -1, -1, -1])
    one[2] = [0]
    expect(compareSwitchback(one)).toEqual({
      tooFew: 'in block 3 of 8, 1 of 4 windows count, and 2 are needed',
    })
    one[2] = [-1, -1]
    expect(compareSwitchback(one)).toMatchObject({ verdict: 'improved' })
    expect(compareSwitchback(one.slice(0, 7))).toMatchObject({
      tooFew: expect.stringContaining('block 8 of 8, 0 of'),
    })
    expect(compareSwitchback([])).toHaveProperty('tooFew')
  })

  const effect = fc.double({ min: -3, max: 3, noNaN: true })
  test('never mistakes a drift along a straight line alone for an improvement', () => {
    fc.assert(
      fc.property(effect, effect, (start, slope) => {
        const drifting = switchbackBlocks.map((_, block) =>
          [1, 2, 3, 4].map((window) => start + (slope * (block * 5 + window)) / 39),
        )
        expect(compareSwitchback(drifting)).not.toMatchObject({ verdict: 'improved' })
      }),
    )
  })

  test('does not depend on the unit of the cost', () => {
    fc.assert(
      fc.property(
        fc.array(effect, { minLength: 4, maxLength: 4 }),
        fc.integer({ min: -9, max: 9 }),
        (pairs, shift) => {
          const one = compareSwitchback(withPairs(pairs))
          const moved = compareSwitchback(
            withPairs(pairs).map((values) => values.map((value) => value + shift)),
          )
          fc.pre('effect' in one && 'effect' in moved)
          expect(moved.effect.ratio / one.effect.ratio).toBeCloseTo(1, 6)
        },
      ),
    )
  })
})
