// The classes of VMs, as the report shows them.
import type { ClassCounts } from '../document.ts'

/** What costs most comes first. */
export const classOrder = [
  'emulated-io',
  'mixed',
  'in-kernel-io',
  'near-native',
  'idle',
  'unknown',
] as const satisfies readonly (keyof ClassCounts)[]

export const classMeaning: Readonly<Record<keyof ClassCounts, string>> = {
  'emulated-io': 'QEMU gets a large part of its exits',
  mixed: 'in between',
  'in-kernel-io': 'KVM handles nearly all exits, and many are port I/O',
  'near-native': 'KVM handles nearly all exits',
  idle: 'too few exits to be judged',
  unknown: 'its exits are not known',
}

/** `2 emulated-io, 1 idle`. */
export const classText = (counts: ClassCounts): string =>
  classOrder.flatMap((name) => (counts[name] > 0 ? [`${counts[name]} ${name}`] : [])).join(', ') || 'none'
