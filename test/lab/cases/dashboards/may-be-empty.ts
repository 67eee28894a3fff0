// Queries that may have no data in this scenario, each with the reason. All other queries must have data.

const soon = 'alerts wait for 10 minutes and more before they fire'
const trend = 'only if the trend of the range leads to a full host'
const balloon = 'only libvirt reports a balloon, and these VMs run without libvirt'

export const mayBeEmpty: Readonly<Record<string, string>> = {
  'capacity: Days left B': trend,
  'capacity: Days left D': trend,
  'fleet: Alerts firing A': soon,
  'host: Alerts firing A': soon,
  'host: Problems with single VMs A': 'no VM has a problem',
  'memory: Memory taken by balloons A': balloon,
  'memory: Memory taken by balloons B': balloon,
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
    'it exits only for timer ticks of the host, and while it shares its CPU these are too few to judge it',
}

/** For the VM dashboard: busy VMs that may be missing in a query that has data of other VMs. */
export const mayLackVm: Readonly<Record<string, Missing>> = {
  'vm: Cost of one exit A': {
    vms: ['compute', 'virtio'],
    reason: 'they have no exits to QEMU: KVM itself handles the exits of virtio, and compute has no device',
  },
  'vm: What makes this VM leave KVM? A': noDevice,
  'vm: Wait for QEMU by device A': noDevice,
  'vm: Disks A': noDevice,
  'vm: Network interfaces A': noDevice,
  'vm: Class A': unjudged,
  'vm: Handled in KVM A': unjudged,
  'vm: I/O share A': unjudged,
  'vm: Wait for QEMU A': unjudged,
}
