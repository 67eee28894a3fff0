// Queries that may have no data in this scenario, each with the reason. All others must have data.

const soon = 'alerts wait for 10 minutes or more before they fire'
const trend = 'it has data only if the trend of the range goes that way'
const balloon = 'only libvirt reports a balloon, and these VMs are started without libvirt'

export const mayBeEmpty: Readonly<Record<string, string>> = {
  'capacity: Days left B': trend,
  'capacity: Days left D': trend,
  'fleet: Alerts firing A': soon,
  'host: Alerts firing A': soon,
  'host: Problems with single VMs A': 'no VM has a problem',
  'memory: Kept back by balloons A': balloon,
  'memory: Kept back by balloons B': balloon,
  'vm: Alerts firing A': soon,
  'vm: Memory B': balloon,
}

interface Missing {
  readonly vms: readonly string[]
  readonly reason: string
}

const noDevice = { vms: ['compute'], reason: 'it has no device' }
const unjudged = {
  vms: ['compute'],
  reason:
    'it exits only for host timer ticks, and while it shares its CPU there are too few of them to judge it',
}

/** For queries of the VM dashboard: the busy VMs that may be missing although the query has data for others. */
export const mayLackVm: Readonly<Record<string, Missing>> = {
  'vm: Cost of one exit A': {
    vms: ['compute', 'virtio'],
    reason:
      'accesses of virtio to its devices stay in KVM, and compute has no device: no exit is handed to QEMU',
  },
  'vm: Disks A': noDevice,
  'vm: Network interfaces A': noDevice,
  'vm: Class A': unjudged,
  'vm: Exits handled inside KVM A': unjudged,
  'vm: I/O share A': unjudged,
  'vm: Wait for QEMU A': unjudged,
}
