// Whether a change that was proven still helps: the condition for renewing its lease.
import { median } from './statistics.ts'
import { loadRange, type Window, whyNotComparable } from './window.ts'
import { lnCost, type Metric } from './work.ts'

/** Of the last windows, at least so many must count. */
const leastRecent = 2

/** At least a tenth cheaper than without the change. */
const leastGain = Math.log(0.9)

/** More load than in the trial makes it harder to be cheaper, so it is no reason to doubt. */
const range = { least: loadRange.least, most: Number.POSITIVE_INFINITY }

/** `without`: the windows of the trial without the change. `recent`: the last ones since it holds. */
export function isStillBetter(
  metric: Metric,
  without: readonly Window[],
  recent: readonly Window[],
): boolean {
  const before = without.filter(({ whyNot }) => whyNot === null)
  const usualLoad = median(before.map(({ load }) => load))
  if (usualLoad === undefined) return false
  const counted = recent.filter((window) => whyNotComparable(metric, window, usualLoad, range) === null)
  if (counted.length < leastRecent) return false
  const typical = (windows: readonly Window[]): number =>
    median(windows.map(({ cost }) => lnCost(metric, cost)))!
  return typical(counted) - typical(before) <= leastGain
}
