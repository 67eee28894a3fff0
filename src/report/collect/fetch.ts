// Range queries in pieces: no answer may be large, and no question may keep the server busy for long.
import { KvminfoError } from '../../errors.ts'
import type { Series } from '../api/answer.ts'
import { type PrometheusApi, TooLarge } from '../api/prometheus.ts'
import { day, type Grid, timeAt } from '../grid.ts'

/** Points in an answer that are aimed at. */
const wantedPoints = 200_000
/** Prometheus answers with no more points for a series. */
const mostSteps = 11_000
const longestPiece = 10 * day

export interface Asker {
  readonly api: PrometheusApi
  readonly grid: Grid
  readonly warn: (warning: string) => void
}

/**
 * Calls `use` with the series of each piece. `expected` is the number of series, as far as it is known. A piece that is
 * too large for the server is halved. Throws a KvminfoError that names the query.
 */
export async function fetchRange(
  { api, grid, warn }: Asker,
  query: string,
  expected: number,
  use: (series: readonly Series[]) => void,
): Promise<void> {
  const atOnce = Math.max(
    1,
    Math.min(
      Math.floor(wantedPoints / Math.max(expected, 1)),
      mostSteps,
      Math.floor(longestPiece / grid.step),
    ),
  )
  const ask = async (begin: number, end: number): Promise<void> => {
    try {
      const { series, warnings } = await api.range(
        query,
        timeAt(grid, begin),
        timeAt(grid, end - 1),
        grid.step,
      )
      for (const warning of warnings) warn(warning)
      use(series)
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error
      if (end - begin < 2) throw tooLarge(error)
      const middle = Math.floor((begin + end) / 2)
      await ask(begin, middle)
      await ask(middle, end)
    }
  }
  for (let begin = 0; begin < grid.points; begin += atOnce)
    await ask(begin, Math.min(begin + atOnce, grid.points))
}

/** The values at one time. */
export async function fetchInstant(
  { api, warn }: Asker,
  query: string,
  time: number,
): Promise<readonly Series[]> {
  try {
    const { series, warnings } = await api.instant(query, time)
    for (const warning of warnings) warn(warning)
    return series
  } catch (error) {
    throw error instanceof TooLarge ? tooLarge(error) : error
  }
}

const tooLarge = (error: TooLarge) =>
  new KvminfoError(
    'PROMETHEUS_REFUSED',
    `${error.message}; the query is too large even for one step: choose fewer hosts by --match, or a longer --timeout`,
  )
