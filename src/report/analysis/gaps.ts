// Where data is missing. Nothing is filled in for it; the report names it.
import type { Observed, ObservedHost } from '../collect/observed.ts'
import type { Gap } from '../document.ts'
import { type Grid, runsOf } from '../grid.ts'
import { endOf, isoTime } from './times.ts'

/** Before its first scrape a host was not there yet; that is no gap. From then on each step without one is. */
export function gapsOf({ grid, hosts }: Observed): Gap[] {
  const seen = hosts.map(({ scrapes }) => scrapes.findIndex((count) => count > 0))
  const nobody = (index: number) => hosts.every(({ scrapes }) => scrapes[index] === 0)
  const isOfAll = Array.from({ length: grid.points }, (_, index) => hosts.length > 1 && nobody(index))
  return hosts.flatMap((host, index) => {
    const first = seen[index]!
    if (first < 0) return []
    const missing = named(grid, host, 'no-data', isOfAll, (at) => at > first && host.scrapes[at] === 0)
    const without = named(
      grid,
      host,
      'no-vms',
      isOfAll,
      (at) => host.scrapes[at]! > 0 && host.couldList[at] === 0,
    )
    return [...missing, ...without]
  })
}

function named(
  grid: Grid,
  { name }: ObservedHost,
  kind: Gap['kind'],
  isOfAll: readonly boolean[],
  has: (index: number) => boolean,
): Gap[] {
  return runsOf(grid.points, has).map(({ begin, end }) => ({
    host: name,
    from: isoTime(endOf(grid, begin - 1)),
    to: isoTime(endOf(grid, end - 1)),
    kind,
    isOfAllHosts: isOfAll.slice(begin, end).every(Boolean),
  }))
}

/** Of the scrapes that were to be expected since the host was first seen, the share that is there. */
export function coverage({ scrapes }: ObservedHost): number {
  const since = scrapes.subarray(scrapes.findIndex((count) => count > 0))
  const usual = Array.from(since).sort((a, b) => a - b)[Math.floor(since.length * 0.9)] ?? 0
  if (usual === 0) return 0
  return since.reduce((sum, count) => sum + Math.min(count, usual), 0) / (usual * since.length)
}
