// What libvirt says about the VMs of this host, over its read-only socket.
import { memoryStatistics, readDomain } from '../../libvirt/read.ts'
import { readTransfers } from '../../sources/domstats/transfers.ts'
import type { EngineParts } from '../run/engine-parts.ts'

export const libvirtReaders = (
  rundir: string,
): Pick<EngineParts, 'readDomain' | 'readMemory' | 'transfers'> => ({
  readDomain: (uuid) => readDomain(rundir, uuid),
  readMemory: (uuid) => memoryStatistics(rundir, uuid),
  transfers: ({ uuid }) => readTransfers(rundir, uuid),
})
