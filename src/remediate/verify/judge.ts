// The verdict on a change, from the windows that were measured without and with it.
import type { Verdict } from '../../model/remediation.ts'
import type { Measurement } from '../actions/action.ts'
import { chooseWindows, compareBeforeAfter } from './before-after.ts'
import type { Effect } from './comparison.ts'
import { brokenGuard } from './guard-metrics.ts'
import { median } from './statistics.ts'
import { compareSwitchback, switchbackBlocks } from './switchback.ts'
import { isMeasured, loadRange, type Window, whyNotComparable } from './window.ts'
import { costText, lnCost, type Metric, plainNumber } from './work.ts'

export interface JudgedWindow extends Window {
  /** Switchback: index into `switchbackBlocks`. Before-after: 0 is before the change, 1 after it. */
  readonly block: number
}

export interface Judgement {
  readonly verdict: Verdict
  /** undefined if it could not be compared. */
  readonly effect: Effect | undefined
  /** One sentence with the figures, for an operator. */
  readonly text: string
  /** How many windows were compared. */
  readonly counted: { readonly without: number; readonly with: number }
}

/** `windows` in the order of time, also those that do not count. */
export function judge(
  { design, metric }: Pick<Measurement, 'design' | 'metric'>,
  windows: readonly JudgedWindow[],
): Judgement {
  if (design === 'none' || metric === 'none') {
    return {
      verdict: 'not-measurable',
      effect: undefined,
      text: 'it is applied, but the counters cannot show its effect',
      counted: { without: 0, with: 0 },
    }
  }
  const phases = splitPhases(design, windows)
  const whyNots: string[] = []
  const all = comparable(metric, phases, whyNots)
  const counted = design === 'switchback' ? all : lastAndFirst(all)
  const count = { without: counted.without.length, with: counted.with.length }
  const logarithms = (block: number): number[] =>
    [...counted.without, ...counted.with]
      .filter((window) => window.block === block)
      .map(({ cost }) => lnCost(metric, cost))
  const result =
    design === 'switchback'
      ? compareSwitchback(switchbackBlocks.map((_, block) => logarithms(block)))
      : compareBeforeAfter(logarithms(0), logarithms(1))
  const effect = 'effect' in result ? result.effect : undefined
  const harm = brokenGuard(phases.without.filter(isMeasured), phases.with.filter(isMeasured))
  if (harm !== undefined) return { verdict: 'worse', effect, text: harm, counted: count }
  if ('tooFew' in result) {
    const usual = commonest(whyNots)
    const text = usual === undefined ? result.tooFew : `${result.tooFew}: mostly, ${usual}`
    return { verdict: 'inconclusive', effect, text, counted: count }
  }
  const [without, withIt] = [medianCost(counted.without), medianCost(counted.with)]
  const figures = `${costText(metric, without, withIt)} (${effectText(result.effect)}, ${count.without} and ${count.with} windows)`
  const text = result.verdict === 'inconclusive' ? `no difference is proven: ${figures}` : figures
  return { verdict: result.verdict, effect, text, counted: count }
}

function lastAndFirst(phases: Phases): Phases {
  const [without, withIt] = chooseWindows(phases.without, phases.with)
  return { without, with: withIt }
}

interface Phases {
  readonly without: readonly JudgedWindow[]
  readonly with: readonly JudgedWindow[]
}

/** A window of no block is ignored. */
function splitPhases(design: 'switchback' | 'before-after', windows: readonly JudgedWindow[]): Phases {
  const order = design === 'switchback' ? switchbackBlocks : (['A', 'B'] as const)
  return {
    without: windows.filter(({ block }) => order[block] === 'A'),
    with: windows.filter(({ block }) => order[block] === 'B'),
  }
}

/** The windows that count; adds to `whyNots` why the others do not. */
function comparable(metric: Metric, { without, with: withIt }: Phases, whyNots: string[]): Phases {
  const usual = usualOf(without.filter(({ whyNot }) => whyNot === null))
  // The source before the change decides, because the others count exits differently.
  const source = commonest(without.filter(isMeasured).map(({ exitsSource }) => exitsSource))
  const whyNot = (window: JudgedWindow): string | null => {
    if (window.whyNot !== null && !window.isIdle) return window.whyNot
    if (source !== undefined && window.exitsSource !== source)
      return `the exits were counted by ${window.exitsSource || 'none'} instead of ${source || 'none'}`
    if (usual === undefined) return window.whyNot ?? 'the usual load is not known'
    return whyNotComparable(metric, window, usual.load)
  }
  const counts = (window: JudgedWindow): boolean => {
    const why = whyNot(window)
    if (why !== null) whyNots.push(why)
    return why === null
  }
  return {
    // Without the change, a VM that makes few exits has no load to compare.
    without: without.filter((window) => {
      if (!window.isIdle) return counts(window)
      whyNots.push(window.whyNot!)
      return false
    }),
    with: withIt.map((window) => credited(metric, window, usual)).filter(counts),
  }
}

/** The medians without the change. */
interface Usual {
  readonly load: number
  readonly cost: number
}

function usualOf(windows: readonly Window[]): Usual | undefined {
  const load = median(windows.map((window) => window.load))
  return load === undefined ? undefined : { load, cost: medianCost(windows) }
}

/**
 * A device that became faster lets the guest do more, but a guest that does more may also just do something else, such as
 * reading in larger pieces, which makes fewer exits per MiB on any device. So I/O beyond the compared range counts as if it
 * were the usual amount, with all of its exits. That can show a gain, but no loss: if it makes as many exits as before or
 * more, the window stays as it is, and is not compared.
 */
function credited(metric: Metric, window: JudgedWindow, usual: Usual | undefined): JudgedWindow {
  if (metric === 'run-delay' || usual === undefined || !(window.load > loadRange.most * usual.load))
    return window
  const cost = (window.cost * window.load) / usual.load
  return cost < usual.cost ? { ...window, cost, load: usual.load } : window
}

const medianCost = (windows: readonly Window[]): number => median(windows.map(({ cost }) => cost)) ?? 0

/** A gain so large that its digits would say nothing. */
const thousandth = 0.001

const effectText = ({ ratio, lower, upper }: Effect): string =>
  upper < thousandth
    ? 'less than a thousandth of the cost'
    : `${plainNumber(ratio)} times the cost, ${plainNumber(lower)} to ${plainNumber(upper)}`

/** The first of those that occur most often. */
function commonest<T>(values: readonly T[]): T | undefined {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].toSorted(([, one], [, two]) => two - one)[0]?.[0]
}
