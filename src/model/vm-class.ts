// The class of a VM, by where its exits end and how many of them are port I/O. The live page uses the same rules as
// alerts/recording.rules.yaml.

/**
 * `emulated-io`: too many exits are handed to QEMU. `in-kernel-io`: KVM handles nearly all exits, and many of them are
 * port I/O. `near-native`: KVM handles nearly all exits, and few or an unknown number of them are port I/O. A VM whose
 * virtio kicks are MMIO (virtio 1.0) is near-native too, because the I/O share does not contain MMIO. `mixed`: in
 * between. `idle`: too few exits to classify the VM.
 */
export type VmClass = 'emulated-io' | 'mixed' | 'in-kernel-io' | 'near-native' | 'idle'

/** The thresholds of alerts/settings.rules.yaml, which says where they come from; a contract test compares them. */
export const classThresholds = {
  /** A VM with a root-mode switch ratio below this is of class emulated-io. */
  emulatedIo: 0.62,
  /** A VM with a ratio above this is of class near-native, or in-kernel-io if its I/O share says so. */
  nearNative: 0.9,
  /** Of the VMs above `nearNative`, one with an I/O share of at least this is of class in-kernel-io. */
  inKernelIo: 0.1,
  /** A VM loses its class only when its ratio or its I/O share is back over the threshold by this much. */
  margin: 0.02,
  /** Exits per second from which a VM is classified. It becomes idle again below half of this. */
  activeSwitches: 200,
} as const

/** Exits per second below which a classified VM becomes idle. */
export const idleSwitches = classThresholds.activeSwitches / 2

/** Means over the window. `ratio`: the root-mode switch ratio. `switches`: exits per second. undefined if not known. */
export interface ClassFigures {
  readonly ratio: number | undefined
  readonly ioShare: number | undefined
  readonly switches: number
}

/** `before`: the previous class, undefined at first. An unknown I/O share counts as no I/O. */
export function judge(before: VmClass | undefined, { ratio, ioShare = 0, switches }: ClassFigures): VmClass {
  const { emulatedIo, nearNative, inKernelIo, margin, activeSwitches } = classThresholds
  const wasJudged = before !== undefined && before !== 'idle'
  const floor = wasJudged ? idleSwitches : activeSwitches
  if (ratio === undefined || switches < floor) return 'idle'
  if (ratio < (before === 'emulated-io' ? emulatedIo + margin : emulatedIo)) return 'emulated-io'
  const wasNearNative = before === 'near-native' || before === 'in-kernel-io'
  if (!(ratio > (wasNearNative ? nearNative - margin : nearNative))) return 'mixed'
  const ioBegins = before === 'in-kernel-io' ? inKernelIo - margin : inKernelIo
  return ioShare >= ioBegins ? 'in-kernel-io' : 'near-native'
}
