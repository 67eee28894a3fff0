// The times at which a report looks: steps of equal length, each of which covers the time since the one before it.

export interface Grid {
  /** Seconds since the Unix epoch, a multiple of `step`. The first step ends at `from + step`. */
  readonly from: number
  /** The end of the last step. */
  readonly to: number
  /** Seconds. */
  readonly step: number
  /** Number of steps. */
  readonly points: number
}

export const hour = 3600
export const day = 86_400

/** More than that would need much memory, and tells no more. */
const maxPoints = 1500
const automaticPoints = 750
const automaticSteps = [300, 600, 900, 1800, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day]
/** A rate needs two samples in a step, and most Prometheus servers scrape every 15 to 60 seconds. */
const shortestStep = 120

/** The problem with the range, or the grid. `step` is undefined for an automatic one. */
export function makeGrid(from: number, to: number, step: number | undefined): Grid | string {
  const seconds = to - from
  if (seconds <= 0) return 'the range ends before it begins'
  if (seconds < 12 * shortestStep) return 'the range is shorter than 24 minutes'
  const chosen =
    step ??
    automaticSteps.find((one) => seconds / one <= automaticPoints) ??
    Math.ceil(seconds / automaticPoints)
  if (chosen < shortestStep)
    return `a step of ${chosen} s is too short: a rate needs two samples in each step`
  const points = Math.floor(to / chosen) - Math.floor(from / chosen)
  if (points < 6) return `a step of ${chosen} s is too long for this range: it has fewer than 6 of them`
  if (points > maxPoints) return `the range has ${points} steps of ${chosen} s, and may have ${maxPoints}`
  return {
    from: Math.floor(from / chosen) * chosen,
    to: Math.floor(to / chosen) * chosen,
    step: chosen,
    points,
  }
}

/** The end of a step. */
export const timeAt = ({ from, step }: Grid, index: number): number => from + (index + 1) * step

/** The step that ends at `time`; outside of the grid, a number below 0 or from `points` on. */
export const indexAt = ({ from, step }: Grid, time: number): number => Math.round((time - from) / step) - 1

/** One value for each step, all unknown. */
export const unknown = ({ points }: Grid): Float32Array => new Float32Array(points).fill(Number.NaN)

export interface Run {
  /** Index of the first step, and of the one after the last. */
  readonly begin: number
  readonly end: number
}

/** The longest stretches of steps that have the property. */
export function runsOf(points: number, has: (index: number) => boolean): Run[] {
  const runs: Run[] = []
  let begin = -1
  for (let index = 0; index <= points; index += 1) {
    const isIn = index < points && has(index)
    if (isIn && begin < 0) begin = index
    if (!isIn && begin >= 0) {
      runs.push({ begin, end: index })
      begin = -1
    }
  }
  return runs
}
