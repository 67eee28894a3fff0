// The measurements of a run: as lines of a chart, how far the trial is, and what it has shown so far.

/** @import { PlanDocument, RunDocument } from '../../approve/documents.ts' */
import { seconds } from './times.js'

/**
 * @typedef {object} TrialWindow
 * @property {number} at when it ended, seconds since the Unix epoch
 * @property {number | null} block from 1; null after the trial
 * @property {'A' | 'B'} letter A: as before, B: with the change
 * @property {number} seconds
 * @property {number | null} cost null if the window does not count
 * @property {string | null} whyNot
 */

/**
 * In the order of time. Leaves out what it does not understand, such as a window of a later release.
 * @param {RunDocument['windows']} windows
 * @returns {TrialWindow[]}
 */
export function windowsOf(windows) {
  /** @type {TrialWindow[]} */
  const parsed = []
  for (const { phase, at, window } of windows) {
    const match = /^(\d+) ([AB])$/.exec(phase)
    if (match === null && phase !== 'holding') continue
    const { cost, seconds: length, whyNot } = /** @type {Record<string, unknown>} */ (window ?? {})
    const ended = seconds(at)
    // The clock may have been set back meanwhile, and a chart needs ascending times. An unreadable time is NaN.
    if (typeof cost !== 'number' || !(ended > (parsed.at(-1)?.at ?? 0))) continue
    parsed.push({
      at: ended,
      block: match === null ? null : Number(match[1]),
      letter: match?.[2] === 'A' ? 'A' : 'B',
      seconds: typeof length === 'number' ? length : 0,
      cost: typeof whyNot === 'string' ? null : cost,
      whyNot: typeof whyNot === 'string' ? whyNot : null,
    })
  }
  return parsed
}

/**
 * @typedef {object} TrialLines
 * @property {number[]} at seconds since the Unix epoch; the last one is the expected end of the trial
 * @property {(number | null)[]} without
 * @property {(number | null)[]} with
 * @property {number} spanSeconds
 */

/**
 * The time axis has the whole trial from the first window on, so that the chart shows how much is still to come.
 * undefined without windows.
 * @param {readonly TrialWindow[]} windows
 * @param {PlanDocument['trial']} trial
 * @returns {TrialLines | undefined}
 */
export function linesOf(windows, trial) {
  const [first, last] = [windows[0], windows.at(-1)]
  if (first === undefined || last === undefined) return undefined
  // The window in which the change settles comes before the first one.
  const start = first.at - 2 * first.seconds
  const planned =
    trial === null ? last.at : start + trial.blocks.length * (trial.windows_per_block + 1) * first.seconds
  const end = Math.max(planned, last.at)
  const at = windows.map((window) => window.at)
  const of = (/** @type {'A' | 'B'} */ letter) =>
    windows.map((window) => (window.letter === letter ? window.cost : null))
  const [without, withChange] = [of('A'), of('B')]
  if (end > last.at) {
    at.push(end)
    without.push(null)
    withChange.push(null)
  }
  // A little more on both sides, so that no point is on the edge.
  return { at, without, with: withChange, spanSeconds: (end - start) * 1.02 }
}

/**
 * @typedef {object} Progress
 * @property {number} share 0 to 1
 * @property {string} text
 */

/**
 * How far a trial is. undefined if there is none.
 * @param {readonly TrialWindow[]} windows
 * @param {PlanDocument['trial']} trial
 * @returns {Progress | undefined}
 */
export function progressOf(windows, trial) {
  if (trial === null) return undefined
  const { blocks, windows_per_block: perBlock } = trial
  const done = windows.filter(({ block }) => block !== null).length
  const total = blocks.length * perBlock
  if (done >= total) return { share: 1, text: `all ${total} windows are measured` }
  const block = Math.floor(done / perBlock)
  const phase = blocks[block] === 'A' ? 'as before' : 'with the change'
  return {
    share: done / total,
    text: `block ${block + 1} of ${blocks.length}, ${phase}: ${done} of ${total} windows are measured`,
  }
}

/**
 * The median cost without and with the change, and how many windows do not count, by reason. A median is null if no window
 * counts.
 * @param {readonly TrialWindow[]} windows
 */
export function resultOf(windows) {
  const inTrial = windows.filter(({ block }) => block !== null)
  const costs = (/** @type {'A' | 'B'} */ letter) =>
    inTrial.flatMap((window) => (window.letter === letter && window.cost !== null ? [window.cost] : []))
  /** @type {Map<string, number>} */
  const skipped = new Map()
  for (const { whyNot } of windows) if (whyNot !== null) skipped.set(whyNot, (skipped.get(whyNot) ?? 0) + 1)
  return { without: median(costs('A')), with: median(costs('B')), skipped }
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
