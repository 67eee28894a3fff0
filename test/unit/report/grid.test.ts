import { describe, expect, test } from 'vitest'
import { indexAt, makeGrid, runsOf, timeAt } from '../../../src/report/grid.ts'
import { bucketsOf, perBucket } from '../../../src/report/statistics/buckets.ts'

const day = 86_400
const end = 20_000 * day

describe('makeGrid', () => {
  test.each([
    [30 * day, 3600],
    [7 * day, 900],
    [day, 300],
    [90 * day, 3 * 3600],
  ])('chooses for %d s a step of %d s', (range, step) => {
    expect(makeGrid(end - range, end, undefined)).toEqual({
      from: end - range,
      to: end,
      step,
      points: range / step,
    })
  })

  test('begins and ends at multiples of the step', () => {
    expect(makeGrid(end - day - 17, end + 100, 3600)).toEqual({
      from: end - day - 3600,
      to: end,
      step: 3600,
      points: 25,
    })
  })

  test.each([
    [-day, undefined, 'ends before it begins'],
    [1000, undefined, 'shorter than 24 minutes'],
    [day, 60, 'too short'],
    [day, day, 'too long'],
    [30 * day, 300, 'may have 1500'],
  ])('refuses %d s with a step of %s', (range, step, problem) => {
    expect(makeGrid(end - range, end, step)).toContain(problem)
  })

  test('finds the step of a time', () => {
    const grid = makeGrid(end - day, end, 3600)
    if (typeof grid === 'string') throw new Error(grid)
    expect([0, 7, 23].map((index) => indexAt(grid, timeAt(grid, index)))).toEqual([0, 7, 23])
    expect(indexAt(grid, end)).toBe(23)
  })
})

test('runsOf finds stretches, at both edges too', () => {
  const has = [true, true, false, true, false, false, true]
  expect(runsOf(has.length, (index) => has[index]!)).toEqual([
    { begin: 0, end: 2 },
    { begin: 3, end: 4 },
    { begin: 6, end: 7 },
  ])
  expect(runsOf(3, () => false)).toEqual([])
})

test('a day counts only if half of it is known', () => {
  const grid = { from: end - 2 * day, to: end, step: 6 * 3600, points: 8 }
  const buckets = bucketsOf(grid)
  expect(buckets.map(({ begin, end: until }) => [begin, until])).toEqual([
    [0, 4],
    [4, 8],
  ])
  const values = new Float32Array([1, Number.NaN, Number.NaN, Number.NaN, 2, Number.NaN, 4, Number.NaN])
  expect(perBucket(values, buckets, (known) => known.length)).toEqual([undefined, 2])
})
