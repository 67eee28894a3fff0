// The judge of changes that can be applied and undone by turns. Neighbouring blocks are compared, so that a load that
// drifts, or samples that resemble the ones before them, do not look like an effect: rank tests call 8 to 33 % of such
// runs improved at a nominal 1 %. test/unit/remediate/verify/error-table.test.ts has the rates of this judge.
import type { Verdict } from '../../model/remediation.ts'
import type { Window } from './window.ts'

/** A: as before, B: with the change. In this order a linear and a quadratic drift cancel out (Thue-Morse). */
export const switchbackBlocks = ['A', 'B', 'B', 'A', 'B', 'A', 'A', 'B'] as const

/** Counted windows of a block; one more, in which the change settles, comes before them. */
export const windowsPerBlock = 4

/** A block with fewer valid windows is not compared. */
const leastPerBlock = 2

/** The change must make the work at least so much cheaper. */
const leastGain = Math.log(1 - 0.1)

/** From this on, proven by the lower bound, the change has made things worse. */
const leastLoss = Math.log(1 + 0.05)

/** Student's t, 95 % one-sided, for three degrees of freedom: four pairs (any table of the distribution). */
const t95 = 2.353

/** Below this share a VM does not wait in any way that matters, and the logarithm of 0 would outweigh everything. */
const leastCost = 0.001

/** The other VMs together may wait for a CPU during so much more of their time, in points. */
const mostForOthers = 0.02

export interface SwitchbackWindow extends Window {
  /** Index into `switchbackBlocks`. */
  readonly block: number
}

export interface Judgement {
  readonly verdict: Verdict
  /** Cost with the change as a factor of the cost without; undefined if it could not be compared. */
  readonly factor: number | undefined
  /** A sentence with the figures. */
  readonly text: string
}

export function judgeSwitchback(windows: readonly SwitchbackWindow[]): Judgement {
  const usual = median(valid(windows, 'A').map(({ load }) => load))
  const inconclusive = (text: string): Judgement => ({ verdict: 'inconclusive', factor: undefined, text })
  if (usual === undefined)
    return inconclusive(`no window counts: ${windows[0]?.whyNot ?? 'none was measured'}`)
  const counted = windows.filter(
    ({ whyNot, load }) => whyNot === null && load >= usual / 2 && load <= usual * 2,
  )
  const means = switchbackBlocks.map((_, block) => {
    const costs = counted
      .filter((window) => window.block === block)
      .map(({ cost }) => Math.log(Math.max(cost, leastCost)))
    return costs.length < leastPerBlock ? undefined : mean(costs)
  })
  const poor = means.indexOf(undefined)
  if (poor >= 0) {
    return inconclusive(
      `block ${poor + 1} of ${switchbackBlocks.length} has fewer than ${leastPerBlock} windows that count; the load was gone or changed too much`,
    )
  }
  const pairs = [0, 2, 4, 6].map((first) => {
    const [one, two] = [means[first]!, means[first + 1]!]
    return switchbackBlocks[first] === 'A' ? two - one : one - two
  })
  const effect = mean(pairs)
  const factor = Math.exp(effect)
  const shares = `waited for a CPU during ${percent(medianCost(counted, 'A'))} of its time without and ${percent(medianCost(counted, 'B'))} with the change`
  const harm = harmToOthers(counted)
  if (harm !== undefined) return { verdict: 'worse', factor, text: `${harm}; the VM itself ${shares}` }
  const [doneBefore, doneAfter] = [median(of(counted, 'A', 'done'))!, median(of(counted, 'B', 'done'))!]
  if (effect < 0 && doneAfter < doneBefore / 2)
    return {
      verdict: 'worse',
      factor,
      text: `it is cheaper only because less than half as much was done; the VM ${shares}`,
    }
  if (pairs.every((pair) => pair < 0) && effect <= leastGain)
    return { verdict: 'improved', factor, text: `the VM ${shares}` }
  const lower = effect - (t95 * deviation(pairs)) / Math.sqrt(pairs.length)
  if (lower > leastLoss) return { verdict: 'worse', factor, text: `the VM ${shares}` }
  return { verdict: 'inconclusive', factor, text: `no difference is proven: the VM ${shares}` }
}

function harmToOthers(windows: readonly SwitchbackWindow[]): string | undefined {
  const shares = (phase: 'A' | 'B'): number[] =>
    of(windows, phase, 'othersRunDelay').filter((share) => share !== null) as number[]
  const [before, after] = [shares('A'), shares('B')]
  if (before.length < leastPerBlock || after.length < leastPerBlock) return undefined
  const rise = mean(after) - mean(before)
  return rise > mostForOthers
    ? `the other VMs waited for a CPU during ${percent(mean(before))} of their time without and ${percent(mean(after))} with the change`
    : undefined
}

const phaseOf = ({ block }: SwitchbackWindow): 'A' | 'B' => switchbackBlocks[block]!

const valid = (windows: readonly SwitchbackWindow[], phase: 'A' | 'B'): SwitchbackWindow[] =>
  windows.filter((window) => window.whyNot === null && phaseOf(window) === phase)

function of<Key extends 'done' | 'cost' | 'othersRunDelay'>(
  windows: readonly SwitchbackWindow[],
  phase: 'A' | 'B',
  key: Key,
): SwitchbackWindow[Key][] {
  return windows.filter((window) => phaseOf(window) === phase).map((window) => window[key])
}

const medianCost = (windows: readonly SwitchbackWindow[], phase: 'A' | 'B'): number =>
  median(of(windows, phase, 'cost')) ?? 0

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Of a sample: divided by one less than the count. */
function deviation(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1))
}

export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2
}
