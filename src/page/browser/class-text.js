// Why a VM has its class. A class ends at another threshold than it begins, so the present figure of a VM may lie between
// the two.

/** @import { LiveDocument, LiveVm } from '../live-document.ts' */
import { count, percent, plain } from '../../ui/browser/format.js'

/**
 * @param {NonNullable<LiveVm['class']>} name
 * @param {LiveDocument['thresholds']} thresholds
 * @returns {string} one or two sentences
 */
export function whyClass(name, thresholds) {
  const { emulatedIo, nearNative, inKernelIo, margin, activeSwitches, idleSwitches } = thresholds
  const nearlyAllInKvm = `Classes near-native and in-kernel-io begin when the ratio rises above ${plain(nearNative)} and end when it falls to ${plain(nearNative - margin)}. Such a VM becomes in-kernel-io when its I/O share reaches ${percent(inKernelIo)}, and near-native again when the share falls below ${percent(inKernelIo - margin)}.`
  const texts = {
    'emulated-io': `Class emulated-io begins when the ratio falls below ${plain(emulatedIo)} and ends when it reaches ${plain(emulatedIo + margin)}.`,
    mixed: `Class mixed: the ratio is between ${plain(emulatedIo)} and ${plain(nearNative)}.`,
    'in-kernel-io': nearlyAllInKvm,
    'near-native': nearlyAllInKvm,
    idle: `Class idle: too few exits to judge. Judging begins at ${count(activeSwitches)} exits per second and ends below ${count(idleSwitches)}.`,
  }
  return texts[name]
}
