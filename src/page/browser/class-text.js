// Why a VM has its class. A class ends later than it begins, so the figure beside it may be one that has not begun it.

/** @import { LiveDocument, LiveVm } from '../live-document.ts' */
import { count, plain } from '../../ui/browser/format.js'

/**
 * @param {NonNullable<LiveVm['class']>} name
 * @param {LiveDocument['thresholds']} thresholds
 * @returns {string} a sentence
 */
export function whyClass(name, { io, compute, margin, activeSwitches, idleSwitches }) {
  const stay = 'of the switches stay inside KVM'
  const texts = {
    io: `Class io begins where less than ${plain(io)} ${stay}, and ends at ${plain(io + margin)}.`,
    mixed: `Class mixed: from ${plain(io)} to ${plain(compute)} ${stay}.`,
    compute: `Class compute begins where more than ${plain(compute)} ${stay}, and ends at ${plain(compute - margin)}.`,
    idle: `Not judged: that begins at ${count(activeSwitches)} switches a second, and ends below ${count(idleSwitches)}.`,
  }
  return texts[name]
}
