// Figures of values of which some are unknown (NaN). Nothing is filled in for those.
import { maxSorted, mean as meanOf, minSorted, quantileSorted } from 'simple-statistics'

export interface Summary {
  /** Known values. */
  readonly count: number
  readonly mean: number
  readonly min: number
  /** The value that 95 % of the known values do not exceed. */
  readonly p95: number
  readonly max: number
}

/** undefined if no value is known. */
export function summarize(values: Iterable<number>): Summary | undefined {
  const known = Float64Array.from([...values].filter((value) => !Number.isNaN(value))).sort()
  if (known.length === 0) return undefined
  // The library asks for arrays, and only indexes them.
  const sorted = known as unknown as number[]
  return {
    count: known.length,
    mean: meanOf(sorted),
    min: minSorted(sorted),
    p95: quantileSorted(sorted, 0.95),
    max: maxSorted(sorted),
  }
}

/** `of` is called with the values of the same step. The result is unknown where one of them is. */
export function combine(
  of: (...values: number[]) => number,
  first: Float32Array,
  ...others: readonly Float32Array[]
): Float32Array {
  return first.map((value, index) => of(value, ...others.map((values) => values[index]!)))
}
