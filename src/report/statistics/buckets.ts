// Days, or several days where the range is long: a trend is judged over these, so that it does not see the daily rhythm.
import { day, type Grid } from '../grid.ts'

export interface Bucket {
  /** Index of the first step, and of the one after the last. */
  readonly begin: number
  readonly end: number
  /** Of its middle, seconds since the Unix epoch. */
  readonly time: number
}

/** More would say no more. */
const mostBuckets = 60

/** Whole days that end at the end of the range, oldest first; a rest at its beginning is left out. */
export function bucketsOf(grid: Grid): Bucket[] {
  const days = Math.max(1, Math.ceil((grid.to - grid.from) / day / mostBuckets))
  const length = Math.max(1, Math.round((days * day) / grid.step))
  const count = Math.floor(grid.points / length)
  return Array.from({ length: count }, (_, index) => {
    const begin = grid.points - (count - index) * length
    return { begin, end: begin + length, time: grid.from + (begin + length / 2) * grid.step }
  })
}

/** Of each bucket. undefined if less than half of its steps are known, because a part of a day is no day. */
export function perBucket(
  values: Float32Array,
  buckets: readonly Bucket[],
  of: (known: readonly number[]) => number,
): (number | undefined)[] {
  return buckets.map(({ begin, end }) => {
    const known = Array.from(values.subarray(begin, end)).filter((value) => !Number.isNaN(value))
    return known.length * 2 < end - begin ? undefined : of(known)
  })
}
