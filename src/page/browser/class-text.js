// Why a VM has its class. A class ends at another threshold than it begins, so the present figure of a VM may lie between
// the two.

/** @import { LiveDocument, LiveVm } from '../live-document.ts' */
import { count, plain } from '../../ui/browser/format.js'

/**
 * @param {NonNullable<LiveVm['class']>} name
 * @param {LiveDocument['thresholds']} thresholds
 * @returns {string} a sentence
 */
export function whyClass(name, { io, compute, margin, activeSwitches, idleSwitches }) {
  const texts = {
    io: `Class io begins when the ratio falls below ${plain(io)} and ends when it reaches ${plain(io + margin)}.`,
    mixed: `Class mixed: the ratio is between ${plain(io)} and ${plain(compute)}.`,
    compute: `Class compute begins when the ratio rises above ${plain(compute)} and ends when it falls to ${plain(compute - margin)}.`,
    idle: `Class idle: too few exits to judge. Judging begins at ${count(activeSwitches)} exits per second and ends below ${count(idleSwitches)}.`,
  }
  return texts[name]
}
