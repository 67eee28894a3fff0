import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  batchMeans,
  type Confidence,
  mean,
  meanWithBounds,
  median,
  tQuantile,
  variance,
  welch,
} from '../../../../src/remediate/verify/statistics.ts'

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const values = fc.array(value, { minLength: 2, maxLength: 40 })

/** The probability that Student's t exceeds `t`, by Simpson's rule over an angle: t = sqrt(n) tan(x). */
function upperTail(t: number, degrees: number): number {
  const steps = 2000
  const density = (x: number) => Math.cos(x) ** (degrees - 1)
  const integral = (from: number, to: number) => {
    const width = (to - from) / steps
    let sum = density(from) + density(to)
    for (let step = 1; step < steps; step++) sum += density(from + step * width) * (step % 2 === 1 ? 4 : 2)
    return (sum * width) / 3
  }
  const half = Math.PI / 2
  return integral(Math.atan(t / Math.sqrt(degrees)), half) / integral(-half, half)
}

describe("Student's t", () => {
  const cases = ([0.95, 0.99] as const).flatMap((confidence) =>
    [1, 2, 3, 4, 5, 6, 7, 8].map((degrees) => [confidence, degrees] as const),
  )
  test.each(cases)('agrees with the integral of its density: %d, %d degrees', (confidence, degrees) => {
    expect(upperTail(tQuantile(confidence, degrees), degrees)).toBeCloseTo(1 - confidence, 4)
  })

  test('rounds broken degrees down, so that the interval is not too narrow', () => {
    expect(tQuantile(0.99, 4.99)).toBe(3.747)
    expect(tQuantile(0.99, 5)).toBe(3.365)
    expect(tQuantile(0.95, 1000)).toBe(1.86)
  })

  test.each([0, 0.5, -1, Number.NaN])('refuses %d degrees', (degrees) => {
    expect(() => tQuantile(0.95, degrees)).toThrow('at least 1 degree of freedom')
  })
})

describe('means', () => {
  test('are those of a known sample', () => {
    expect(mean([2, 4, 4, 4, 5, 5, 7, 9])).toBe(5)
    expect(variance([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(32 / 7, 12)
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([])).toBeUndefined()
  })

  test('lie within the values, move with them, and the variance does not', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: -1000, max: 1000 }), (sample, shift) => {
        const scale = Math.max(1, ...sample.map(Math.abs))
        for (const middle of [mean(sample), median(sample)!]) {
          expect(middle).toBeGreaterThanOrEqual(Math.min(...sample) - scale * 1e-9)
          expect(middle).toBeLessThanOrEqual(Math.max(...sample) + scale * 1e-9)
        }
        const moved = sample.map((one) => one + shift)
        expect(Math.abs(mean(moved) - mean(sample) - shift)).toBeLessThan(1e-6)
        expect(variance(sample)).toBeGreaterThanOrEqual(0)
        expect(Math.abs(variance(moved) - variance(sample))).toBeLessThanOrEqual(1e-6 * (1 + scale * scale))
      }),
    )
  })

  test('median does not change the order of its input', () => {
    const sample = [3, 1, 2]
    median(sample)
    expect(sample).toEqual([3, 1, 2])
  })
})

describe('batches', () => {
  test('are consecutive and of nearly the same size', () => {
    expect(batchMeans([1, 1, 2, 2, 3, 3], 3)).toEqual([1, 2, 3])
    expect(batchMeans([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([1.5, 3.5, 6])
  })

  test('of the same size have the mean of all', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 4, maxLength: 4 }), (four) => {
        const sample = [...four, ...four, ...four, ...four, ...four]
        expect(Math.abs(mean(batchMeans(sample, 5)) - mean(sample))).toBeLessThan(1e-6)
      }),
    )
  })
})

describe('intervals', () => {
  test('are those of a known case', () => {
    // Mean -2, variance 2/3, error sqrt(1/6), three degrees of freedom.
    const { middle, lower, upper } = meanWithBounds([-1, -2, -2, -3], 0.95)
    expect(middle).toBe(-2)
    expect(upper).toBeCloseTo(-2 + 2.353 * Math.sqrt(1 / 6), 12)
    expect(lower).toBeCloseTo(-2 - 2.353 * Math.sqrt(1 / 6), 12)
  })

  test("Welch's has 8 degrees of freedom if five values each vary as much", () => {
    const { middle, upper } = welch([1, 2, 3, 4, 5], [11, 12, 13, 14, 15], 0.99)
    expect(middle).toBe(10)
    expect(upper).toBeCloseTo(10 + 2.896 * 1, 12)
  })

  test("Welch's has 4 degrees of freedom if only one side varies", () => {
    expect(welch([0, 0, 0, 0, 0], [1, 2, 3, 4, 5], 0.99).upper).toBeCloseTo(3 + 3.747 * Math.sqrt(0.5), 12)
  })

  test('have no width if nothing varies', () => {
    expect(welch([1, 1], [3, 3], 0.99)).toEqual({ middle: 2, lower: 2, upper: 2 })
  })

  test('contain the difference, are wider for more confidence, and swap signs with the sides', () => {
    fc.assert(
      fc.property(values, values, (one, two) => {
        const [there, back] = [welch(one, two, 0.95), welch(two, one, 0.95)]
        expect(there.lower).toBeLessThanOrEqual(there.middle)
        expect(there.upper).toBeGreaterThanOrEqual(there.middle)
        const size = Math.max(1, Math.abs(there.upper))
        expect(Math.abs(back.lower + there.upper) / size).toBeLessThan(1e-6)
        const wide: Confidence = 0.99
        expect(welch(one, two, wide).upper).toBeGreaterThanOrEqual(there.upper)
      }),
    )
  })
})
