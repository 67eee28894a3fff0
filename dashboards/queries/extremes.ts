// The ten VMs with the highest or lowest values, chosen once for the whole time range. topk() by itself chooses again
// at every point of a graph, so that a graph of a fleet shows far more than ten lines, all of them broken.
import { perVm } from './selector.ts'

const lines = 10

/**
 * The whole time range, as the range of a selector that is always evaluated at the end of the graph. Prometheus
 * therefore evaluates it once for a graph and not at every point.
 */
const wholeRange = '[$__range] @ end()'

export const meanOverRange = (series: string): string => `avg_over_time(${series}${wholeRange})`
/** The rate of a counter over the whole time range. */
export const rateOverRange = (counter: string): string => `rate(${counter}${wholeRange})`
export const changesOverRange = (series: string): string => `changes(${series}${wholeRange})`
/** The last value of each series that had one at any time in the range. */
export const lastInRange = (series: string): string => `last_over_time(${series}${wholeRange})`

/** `ranking` gives one value per VM and is made of the functions above, so that it does not change along the graph. */
export const highest = (expr: string, ranking: string): string =>
  `${expr} and on (${perVm}) topk(${lines}, ${ranking})`
export const lowest = (expr: string, ranking: string): string =>
  `${expr} and on (${perVm}) bottomk(${lines}, ${ranking})`
