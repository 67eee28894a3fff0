// Whether a change that was proven still helps: the condition for renewing its lease.
import { median } from './statistics.ts'
import type { Window } from './window.ts'

/** Of the last windows, at least so many must count. */
const leastRecent = 2

/** At least a tenth cheaper than without the change. */
const mostCost = 0.9

/** `windows`: those of the switchback with their phases, such as `1 A`. `recent`: the last ones since it holds. */
export function isStillBetter(
  windows: readonly { readonly phase: string; readonly window: unknown }[],
  recent: readonly Window[],
): boolean {
  const before = windows
    .filter(({ phase }) => phase.endsWith(' A'))
    .map(({ window }) => window as Window)
    .filter(({ whyNot }) => whyNot === null)
  const usual = median(before.map(({ cost }) => cost))
  const counted = recent.filter(({ whyNot }) => whyNot === null)
  if (usual === undefined || counted.length < leastRecent) return false
  return median(counted.map(({ cost }) => cost))! <= usual * mostCost
}
