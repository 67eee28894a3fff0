// The list of checks. A new one is one file and one line here.
import type { Check, HostCheck } from '../check.ts'
import { bridge } from './bridge.ts'
import { cStates } from './c-states.ts'
import { clocksource } from './clocksource.ts'
import { cpuGovernor } from './cpu-governor.ts'
import { cpuVirtualization } from './cpu-virtualization.ts'
import { hugePages } from './huge-pages.ts'
import { iommu } from './iommu.ts'
import { ksm } from './ksm.ts'
import { kvmLoaded } from './kvm-loaded.ts'
import { kvminfoModules } from './kvminfo-modules.ts'
import { mitigations } from './mitigations.ts'
import { nestedPaging } from './nested-paging.ts'
import { numaBalancing } from './numa-balancing.ts'
import { realtimeGroups } from './realtime-groups.ts'
import { realtimeLimits } from './realtime-limits.ts'
import { sources } from './sources.ts'
import { sriov } from './sriov.ts'
import { transparentHugePages } from './transparent-huge-pages.ts'
import { versions } from './versions.ts'
import { vhost } from './vhost.ts'
import { vmCpuModel } from './vm-cpu-model.ts'
import { vmDiskAio } from './vm-disk-aio.ts'
import { vmDiskCache } from './vm-disk-cache.ts'
import { vmEmulatedDisk } from './vm-emulated-disk.ts'
import { vmEmulatedNic } from './vm-emulated-nic.ts'
import { vmHugePages } from './vm-huge-pages.ts'
import { vmHyperv } from './vm-hyperv.ts'
import { vmMachineType } from './vm-machine-type.ts'
import { vmMultiqueue } from './vm-multiqueue.ts'
import { vmNumaSpread } from './vm-numa-spread.ts'
import { vmProgram } from './vm-program.ts'
import { vmTopology } from './vm-topology.ts'
import { vmVhost } from './vm-vhost.ts'

/** In the order in which they are made and in which `--list` shows them. */
export const checks: readonly Check[] = [
  cpuVirtualization,
  kvmLoaded,
  nestedPaging,
  kvminfoModules,
  sources,
  versions,
  vhost,
  bridge,
  hugePages,
  transparentHugePages,
  ksm,
  realtimeLimits,
  realtimeGroups,
  clocksource,
  cpuGovernor,
  cStates,
  numaBalancing,
  mitigations,
  iommu,
  sriov,
  vmEmulatedDisk,
  vmEmulatedNic,
  vmVhost,
  vmMultiqueue,
  vmDiskCache,
  vmDiskAio,
  vmHugePages,
  vmCpuModel,
  vmTopology,
  vmHyperv,
  vmMachineType,
  vmNumaSpread,
  vmProgram,
]

/** Those about the host that read small files only, so that they can be made again and again. */
export const metricChecks: readonly HostCheck[] = checks.filter(
  (check): check is HostCheck => check.scope === 'host' && check.isMetric,
)
