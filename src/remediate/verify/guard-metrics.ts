// What a change must not break while it makes one VM's work cheaper. A false alarm only costs an undo.
import { mean, median } from './statistics.ts'
import { loadRange, type Window } from './window.ts'

/** Fewer windows without or with the change say nothing. */
const leastGuarded = 8

/** The other VMs together may wait for a CPU during so much more of their time. */
const mostForOthers = 0.02

/** The host may stall during so much more of the time. */
const mostMemoryStall = 0.02
/** More than for memory, because a VM whose disk became faster makes the host wait for its disks more often. */
const mostIoStall = 0.1

/** A VM that gets less than this share of its work done is cheaper only because it does less. */
const leastDone = 0.5

/** The windows that were measured, whether or not they are compared. Returns a sentence; undefined if nothing is broken. */
export function brokenGuard(without: readonly Window[], withIt: readonly Window[]): string | undefined {
  const rises = [
    ['othersRunDelay', mostForOthers, 'the other VMs waited for a CPU'],
    ['memoryStall', mostMemoryStall, 'all tasks of the host waited for memory'],
    ['ioStall', mostIoStall, 'all tasks of the host waited for disks'],
  ] as const
  for (const [key, most, what] of rises) {
    const [before, after] = [without, withIt].map((windows) =>
      windows.map((window) => window[key]).filter((share) => share !== null),
    ) as [number[], number[]]
    if (before.length < leastGuarded || after.length < leastGuarded) continue
    if (mean(after) - mean(before) > most)
      return `${what} during ${percent(mean(before))} of the time without the change and ${percent(mean(after))} with it`
  }
  return doesLess(without, withIt)
}

/**
 * Only windows in which the VM wanted its usual CPU time are compared. Otherwise a VM that nobody uses in the evening
 * would look broken.
 */
function doesLess(without: readonly Window[], withIt: readonly Window[]): string | undefined {
  const usual = median(without.map(({ cpuDemand }) => cpuDemand).filter((demand) => demand !== null))
  if (usual === undefined || usual === 0) return undefined
  const isBusy = ({ cpuDemand }: Window): boolean =>
    cpuDemand !== null && cpuDemand >= usual * loadRange.least
  const [before, after] = [without.filter(isBusy), withIt.filter(isBusy)]
  if (before.length < leastGuarded || after.length < leastGuarded) return undefined
  const medianOf = (windows: readonly Window[], key: 'cost' | 'done'): number =>
    median(windows.map((window) => window[key]))!
  const share = medianOf(after, 'done') / medianOf(before, 'done')
  return share < leastDone && medianOf(after, 'cost') < medianOf(before, 'cost')
    ? `the VM did only ${percent(share)} of its usual work with the change, and is cheaper only because of that`
    : undefined
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
