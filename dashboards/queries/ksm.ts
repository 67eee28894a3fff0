// Kernel samepage merging: what it saves, what it costs, and how much memory the host would need without it.
import { ksm, onHost } from './selector.ts'

/** KSM counts ordinary pages. They are 4 KiB on x86, the only architecture that the kernel modules support. */
const pageBytes = 4096
const bytes = (file: string): string => `${onHost(ksm(file))} * ${pageBytes}`

export const run = onHost(ksm('run'))
export const saved = bytes('pages_sharing')
export const kept = bytes('pages_shared')
export const unshared = bytes('pages_unshared')
export const volatile = bytes('pages_volatile')

/** Pages checked without finding a duplicate, per page saved. */
export const wasted = onHost('instance:kvminfo_ksm_wasted:ratio')
/** Below zero, the host could not hold the copies that VMs would make by writing to merged pages. */
export const headroom = onHost('instance:kvminfo_ksm_headroom:bytes')

export const pagesToScan = onHost(ksm('pages_to_scan'))
export const sleep = onHost(ksm('sleep_millisecs'))
export const acrossNodes = onHost(ksm('merge_across_nodes'))
