// Queries that this scenario may leave without data, each with its reason. All others must have some.

const soon = 'alerts wait for 10 minutes and more before they fire'
const trend = 'only where the trend of the range goes that way'
const balloon = 'only libvirt tells of a balloon, and these VMs are started without'

export const mayBeEmpty: Readonly<Record<string, string>> = {
  'capacity: Days left B': trend,
  'capacity: Days left D': trend,
  'fleet: Alerts firing A': soon,
  'host: Alerts firing A': soon,
  'host: Problems with single VMs A': 'nothing goes wrong',
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
  reason: 'it exits for host timer ticks only, and while it shares its CPU those are too few to judge it',
}

/** Of the VM dashboard: busy VMs that a query may leave out, though it has data of others. */
export const mayLackVm: Readonly<Record<string, Missing>> = {
  'vm: Cost of one exit A': {
    vms: ['compute', 'virtio'],
    reason: 'the devices of virtio are answered without leaving KVM, compute has none: no round trip to QEMU',
  },
  'vm: Disks A': noDevice,
  'vm: Network interfaces A': noDevice,
  'vm: Class A': unjudged,
  'vm: Exits handled inside KVM A': unjudged,
  'vm: I/O share A': unjudged,
  'vm: Wait for QEMU A': unjudged,
}
