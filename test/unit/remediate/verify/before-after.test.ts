import { expect, test } from 'vitest'
import { chooseWindows, compareBeforeAfter } from '../../../../src/remediate/verify/before-after.ts'

/** Windows around a logarithm, in batches of four that differ by `spread`. */
const around = (middle: number, count = 20, spread = 0.02): number[] =>
  Array.from({ length: count }, (_, index) => middle + (Math.floor((index * 5) / count) - 2) * spread)

test.each([
  ['improved', Math.log(0.6)],
  // Less by more than 30 % on average, but the bound is not.
  ['inconclusive', Math.log(0.68)],
  ['inconclusive', Math.log(0.75)],
  ['inconclusive', 0],
  ['inconclusive', Math.log(1.06)],
  ['worse', Math.log(1.2)],
])('is %s if the logarithm changes by %d', (verdict, change) => {
  expect(compareBeforeAfter(around(1), around(1 + change))).toMatchObject({ verdict })
})

test('is inconclusive if a large gain varies too much', () => {
  expect(compareBeforeAfter(around(1, 20, 0.5), around(0, 20, 0.5))).toMatchObject({
    verdict: 'inconclusive',
  })
})

test('gives the ratio with its bounds at 99 %', () => {
  // Variance 2.5 * 0.02^2 of five means each, and 8 degrees of freedom.
  const error = 2.896 * Math.sqrt((2 * 2.5 * 0.02 ** 2) / 5)
  expect(compareBeforeAfter(around(1), around(0))).toEqual({
    verdict: 'improved',
    effect: {
      ratio: expect.closeTo(Math.exp(-1), 10),
      lower: expect.closeTo(Math.exp(-1 - error), 6),
      upper: expect.closeTo(Math.exp(-1 + error), 6),
    },
  })
})

test.each([
  [19, 20, '19 windows before the change count, and 20 are needed'],
  [20, 19, '19 windows after the change count, and 20 are needed'],
  [0, 0, '0 windows before the change count, and 20 are needed'],
])('needs 20 windows each: %d and %d', (before, after, tooFew) => {
  expect(compareBeforeAfter(around(1, before), around(0, after))).toEqual({ tooFew })
})

test('compares the last 20 before and the first 60 after', () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
  const [before, after] = chooseWindows(numbers(30), numbers(90))
  expect([before.length, before[0], before.at(-1)]).toEqual([20, 10, 29])
  expect([after.length, after[0], after.at(-1)]).toEqual([60, 0, 59])
})
