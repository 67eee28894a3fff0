// A forecast with dates.
import type { Trend } from '../document.ts'
import { day, type Grid } from '../grid.ts'
import type { Bucket } from '../statistics/buckets.ts'
import { forecast } from '../statistics/forecast.ts'
import { isoTime } from './times.ts'

export function trendOf(
  grid: Grid,
  buckets: readonly Bucket[],
  values: readonly (number | undefined)[],
  limit: number,
  towards: 1 | -1,
): Trend {
  const origin = grid.from
  const points = buckets.flatMap(({ time }, index) => {
    const value = values[index]
    return value === undefined ? [] : [{ x: (time - origin) / day, y: value }]
  })
  const found = forecast(points, (grid.to - origin) / day, limit, towards)
  const dateAfter = (days: number) => isoTime(grid.to + Math.round(days * day))
  if (found.outcome !== 'expected') return { ...found, limit }
  return {
    ...found,
    limit,
    date: dateAfter(found.days!),
    dateLow: dateAfter(found.daysLow!),
    dateHigh: dateAfter(found.daysHigh!),
  }
}
