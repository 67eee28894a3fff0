// Kernel samepage merging: what it saves, what it costs, and what a loss of it would need.
import { ksm, onHost } from './selector.ts'

/** KSM counts ordinary pages, which are of 4 KiB on x86, the only architecture of the kernel modules. */
const pageBytes = 4096
const bytes = (file: string): string => `${onHost(ksm(file))} * ${pageBytes}`

export const run = onHost(ksm('run'))
export const saved = bytes('pages_sharing')
export const kept = bytes('pages_shared')
export const unshared = bytes('pages_unshared')
export const volatile = bytes('pages_volatile')

/** Pages checked in vain per page saved. */
export const wasted = onHost('instance:kvminfo_ksm_wasted:ratio')
/** Below zero the host could not hold what VMs would copy by writing to merged pages. */
export const headroom = onHost('instance:kvminfo_ksm_headroom:bytes')

export const pagesToScan = onHost(ksm('pages_to_scan'))
export const sleep = onHost(ksm('sleep_millisecs'))
export const acrossNodes = onHost(ksm('merge_across_nodes'))
