// Whether the kernel moves memory to the NUMA node that uses it.
import type { HostCheck } from '../check.ts'

export const numaBalancing: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'numa-balancing',
  description: 'automatic NUMA balancing is on if the host has several nodes',
  source: 'https://docs.kernel.org/admin-guide/sysctl/kernel.html#numa-balancing',
  examine(host) {
    const nodes = host.names('/sys/devices/system/node').filter((name) => /^node\d+$/.test(name)).length
    if (nodes < 2 || host.number('/proc/sys/kernel/numa_balancing') !== 0) return []
    return [
      {
        severity: 'notice',
        what: `the host has ${nodes} NUMA nodes, and automatic NUMA balancing is off`,
        why: 'Memory of a VM stays where it was first used, also after its vCPUs have moved to another node. That is right only if every VM is pinned, or numad places them.',
        fix: [
          'sysctl -w kernel.numa_balancing=1',
          '# or pin each VM: virsh numatune VM --mode strict --nodeset N',
        ],
      },
    ]
  },
}
