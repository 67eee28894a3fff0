// The memory of hosts: what is available, what was promised to VMs, swap and huge pages.
import * as pools from '../../src/metrics/hugepages.ts'
import * as vmMemory from '../../src/metrics/vm-memory.ts'
import { memoryAvailable, memoryTotal } from './hosts.ts'
import { cpu5m } from './scheduling.ts'
import { meminfo, ofVm, onHost, perHost, perVm } from './selector.ts'

export const free = onHost(meminfo('MemFree'))
export const buffers = onHost(meminfo('Buffers'))
export const cached = onHost(meminfo('Cached'))
export const committed = onHost(meminfo('Committed_AS'))
export const used = `${memoryTotal} - ${memoryAvailable}`
export const swapUsed = `${onHost(meminfo('SwapTotal'))} - ${onHost(meminfo('SwapFree'))}`

/** The memory that all VMs of a host may use together, as a share of the host's memory. */
export const overcommit = `sum by (${perHost}) (${onHost(vmMemory.vmMaxBytes)}) / on (${perHost}) ${memoryTotal}`

const bySize = (series: string): string => `sum by (${perHost}, page_size) (${series})`
export const poolFree = bySize(onHost(pools.hugepageFreeBytes))
export const poolUsed = `${bySize(onHost(pools.hugepagePoolBytes))} - ${poolFree}`
export const poolSurplus = bySize(onHost(pools.hugepageSurplusBytes))
export const poolFreeShare = `${poolFree} / (${bySize(onHost(pools.hugepagePoolBytes))} > 0)`
export const freeInPools = `sum by (${perHost}) (${onHost(pools.hugepageFreeBytes)})`

export const transparentShare = onHost('instance:kvminfo_transparent_hugepages:ratio')

/** Memory held by VMs that use no page of a pool. */
export const withoutPool = `${ofVm(vmMemory.vmResidentBytes)} unless on (${perVm}) ${ofVm(vmMemory.vmHugetlbBytes)} > 0`
export const cpuWithoutPool = `${cpu5m} and on (${perVm}) (${withoutPool})`
