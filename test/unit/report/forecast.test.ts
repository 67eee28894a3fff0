// The statistics of the report, against lines whose answers are known.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { forecast } from '../../../src/report/statistics/forecast.ts'
import { type Point, theilSen } from '../../../src/report/statistics/theil-sen.ts'

const days = (count: number, y: (x: number) => number): Point[] =>
  Array.from({ length: count }, (_, x) => ({ x: x + 0.5, y: y(x + 0.5) }))

/** From -1 to 1, without a pattern. */
const wave = (x: number) => ((Math.abs(Math.sin(x * 12.9898) * 43758.5453) % 1) - 0.5) * 2

const seeds = Array.from({ length: 100 }, (_, index) => index + 1)

describe('theilSen', () => {
  test('finds any straight line exactly', () => {
    const small = fc.double({ min: -100, max: 100, noNaN: true })
    fc.assert(
      fc.property(small, small, fc.integer({ min: 2, max: 40 }), (start, slope, count) => {
        const found = theilSen(days(count, (x) => start + slope * x))
        expect(found.slope).toBeCloseTo(slope, 6)
        expect(found.start).toBeCloseTo(start, 4)
      }),
    )
  })

  test('is not moved by a fifth of outliers', () => {
    const { slope } = theilSen(days(30, (x) => 2 * x + (Math.floor(x) % 5 === 0 ? 1000 : 0)))
    expect(slope).toBeCloseTo(2, 1)
  })

  test('has the slope of the example of three points', () => {
    // Slopes between the pairs: 1, 3, 5.
    expect(
      theilSen([
        { x: 0, y: 0 },
        { x: 1, y: 1 },
        { x: 2, y: 6 },
      ]).slope,
    ).toBe(3)
  })
})

describe('forecast', () => {
  test('finds the day on which a noisy line reaches the limit, and an interval around it', () => {
    const found = forecast(
      days(30, (x) => 10 + x + wave(x)),
      30,
      60,
      1,
    )
    expect(found.outcome).toBe('expected')
    expect(found.days).toBeGreaterThan(18.5)
    expect(found.days).toBeLessThan(21.5)
    expect(found.daysLow!).toBeLessThan(20)
    expect(found.daysHigh!).toBeGreaterThan(20)
    expect(found.daysHigh! - found.daysLow!).toBeGreaterThan(0.1)
  })

  test('falls to a limit below', () => {
    expect(
      forecast(
        days(10, (x) => 100 - 2 * x),
        10,
        60,
        -1,
      ).days,
    ).toBeCloseTo(10)
  })

  test.each([
    ['a level value', (x: number) => 5 + wave(x), 'unclear'],
    ['a constant', () => 5, 'unclear'],
    ['a line that leaves the limit', (x: number) => 5 - x / 10, 'away'],
    ['a line that needs too long', (x: number) => 5 + x / 100, 'far'],
    ['a line that is past the limit', (x: number) => 100 + x, 'reached'],
  ] as const)('calls %s by its name', (_, y, outcome) => {
    expect(forecast(days(30, y), 30, 60, 1).outcome).toBe(outcome)
  })

  test('says nothing of six days, and something of seven', () => {
    expect(
      forecast(
        days(6, (x) => x),
        6,
        10,
        1,
      ),
    ).toEqual({ outcome: 'too-little-data', known: 6 })
    expect(
      forecast(
        days(7, (x) => x),
        7,
        10,
        1,
      ).outcome,
    ).toBe('expected')
  })

  test('says nothing without a limit', () => {
    expect(
      forecast(
        days(30, (x) => x),
        30,
        Number.NaN,
        1,
      ).outcome,
    ).toBe('too-little-data')
  })

  test('holds the true day in about 90 of 100 noisy series', () => {
    const held = seeds.filter((seed) => {
      const found = forecast(
        days(30, (x) => 10 + x + 3 * wave(x + seed * 31.7)),
        30,
        60,
        1,
      )
      return found.daysLow! <= 20 && found.daysHigh! >= 20
    })
    expect(held.length).toBeGreaterThan(80)
    // An interval that always holds the truth is too wide.
    expect(held.length).toBeLessThan(100)
  })

  test('sees no trend in about 90 of 100 series of noise that lasts for days', () => {
    const calm = seeds.filter((seed) => {
      let before = 0
      const points = days(30, (x) => {
        before = 0.5 * before + wave(x * 7 + seed * 131.3)
        return before
      })
      return forecast(points, 30, 60, 1).outcome === 'unclear'
    })
    expect(calm.length).toBeGreaterThan(75)
  })
})
