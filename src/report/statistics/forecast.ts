// When a value reaches its limit, and how sure that is.
import { type Line, type Point, theilSen } from './theil-sen.ts'

export interface Forecast {
  /**
   * `too-little-data`: fewer than 7 known days. `reached`: at or past the limit now. `expected`: reaches it in `days`.
   * `far`: later than can be said from this range. `unclear`: its direction cannot be told from chance. `away`: moves away
   * from the limit.
   */
  readonly outcome: 'too-little-data' | 'reached' | 'expected' | 'far' | 'unclear' | 'away'
  /** Known days. */
  readonly known: number
  /** On the line, at the end of the range; undefined with too little data. */
  readonly level?: number
  /** Per day, with the bounds of the 90 % interval. */
  readonly slope?: number
  readonly slopeLow?: number
  readonly slopeHigh?: number
  /** Days from the end of the range, with the days of the lines at the bounds; only if expected. */
  readonly days?: number
  readonly daysLow?: number
  readonly daysHigh?: number
}

export const fewestDays = 7
/** A line says little beyond this many times its own length. */
export const reach = 3

/**
 * `points`: x in days, y a value for each known day. `end`: x of the end of the range. `towards`: 1 if the limit is above,
 * -1 if below.
 */
export function forecast(points: readonly Point[], end: number, limit: number, towards: 1 | -1): Forecast {
  const known = points.length
  if (known < fewestDays || Number.isNaN(limit)) return { outcome: 'too-little-data', known }
  const line = theilSen(points)
  const { low, high } = line
  const at = ({ start, slope }: Line) => start + slope * end
  const base = { known, level: at(line), slope: line.slope, slopeLow: low.slope, slopeHigh: high.slope }
  if ((at(line) - limit) * towards >= 0) return { ...base, outcome: 'reached' }
  if (low.slope <= 0 && high.slope >= 0) return { ...base, outcome: 'unclear' }
  if (line.slope * towards <= 0) return { ...base, outcome: 'away' }
  const daysOf = (one: Line) => Math.max(0, (limit - at(one)) / one.slope)
  const days = daysOf(line)
  if (days > reach * (end - points[0]!.x)) return { ...base, outcome: 'far' }
  const [fast, slow] = towards === 1 ? [high, low] : [low, high]
  return {
    ...base,
    outcome: 'expected',
    days,
    daysLow: Math.min(days, daysOf(fast)),
    daysHigh: Math.max(days, daysOf(slow)),
  }
}
