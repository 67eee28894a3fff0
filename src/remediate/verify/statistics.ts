// The few statistics that the judge needs.

/** Student's t for these probabilities, one-sided. */
export type Confidence = 0.95 | 0.99

/**
 * By degrees of freedom, from 1. NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, "Critical values of
 * Student's t distribution". Four pairs have 3 degrees of freedom, Welch's test of five means with five has 4 to 8.
 */
const quantiles: Readonly<Record<Confidence, readonly number[]>> = {
  0.95: [6.314, 2.92, 2.353, 2.132, 2.015, 1.943, 1.895, 1.86],
  0.99: [31.821, 6.965, 4.541, 3.747, 3.365, 3.143, 2.998, 2.896],
}

/** Broken degrees of freedom are rounded down, and more than 8 count as 8: the interval is then too wide, never too narrow. */
export function tQuantile(confidence: Confidence, degrees: number): number {
  if (!(degrees >= 1)) throw new RangeError(`Student's t needs at least 1 degree of freedom, not ${degrees}`)
  const known = quantiles[confidence]
  return known[Math.min(Math.floor(degrees), known.length) - 1]!
}

/** NaN without values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Of a sample: the sum of squares is divided by one less than the count. NaN with fewer than two values. */
export function variance(values: readonly number[]): number {
  const middle = mean(values)
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1)
}

export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** A difference of two logarithms, with the bounds of its interval. */
export interface Difference {
  readonly middle: number
  readonly lower: number
  readonly upper: number
}

/** The mean of paired differences; each bound holds with that confidence. Needs at least two. */
export function meanWithBounds(differences: readonly number[], confidence: Confidence): Difference {
  const middle = mean(differences)
  const error = Math.sqrt(variance(differences) / differences.length)
  return withBounds(middle, error, tQuantile(confidence, differences.length - 1))
}

/** Welch's interval of the mean of `after` less that of `before`; each bound holds with that confidence. */
export function welch(
  before: readonly number[],
  after: readonly number[],
  confidence: Confidence,
): Difference {
  const [one, two] = [variance(before) / before.length, variance(after) / after.length]
  const middle = mean(after) - mean(before)
  // Without any variance there is no uncertainty, and the formula of the degrees would divide 0 by 0.
  if (one + two === 0) return { middle, lower: middle, upper: middle }
  // As shares of the whole, because the squares of tiny variances would be 0.
  const [left, right] = [one / (one + two), two / (one + two)]
  const degrees = 1 / (left ** 2 / (before.length - 1) + right ** 2 / (after.length - 1))
  // Rounded, so that the order of the sides does not decide about the degrees.
  return withBounds(middle, Math.sqrt(one + two), tQuantile(confidence, Math.round(degrees * 1e6) / 1e6))
}

/** Consecutive values as that many means of nearly the same number of values each. Needs at least one value a batch. */
export function batchMeans(values: readonly number[], batches: number): number[] {
  return Array.from({ length: batches }, (_, batch) => {
    const from = Math.floor((batch * values.length) / batches)
    return mean(values.slice(from, Math.floor(((batch + 1) * values.length) / batches)))
  })
}

function withBounds(middle: number, error: number, t: number): Difference {
  return { middle, lower: middle - t * error, upper: middle + t * error }
}
