// Times of a report.
import { type Grid, timeAt } from '../grid.ts'

/** `seconds` since the Unix epoch. */
export const isoTime = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')

/** The end of a step, as a time of the grid; -1 is its beginning. */
export const endOf = (grid: Grid, index: number): number => timeAt(grid, index)
