// VMs that would fit into one NUMA node and run on several.
import type { VmCheck } from '../check.ts'
import { cpusOfNodes } from '../numa.ts'
import { quoted } from '../quoted.ts'

export const vmNumaSpread: VmCheck = {
  scope: 'vm',
  name: 'vm-numa-spread',
  description: 'a VM that fits into one NUMA node runs on one',
  source: 'https://libvirt.org/formatdomain.html#numa-node-tuning',
  examine({ vm, tasks }, host) {
    const nodes = cpusOfNodes(host)
    if (nodes.length < 2 || tasks.length === 0) return []
    const smallest = Math.min(...nodes.map(({ cpus }) => cpus.size))
    if (vm.vcpus.length > smallest) return []
    const used = nodes.filter(({ cpus }) => tasks.some(({ cpu }) => cpus.has(cpu))).map(({ node }) => node)
    if (used.length < 2) return []
    return [
      {
        severity: 'notice',
        what: `its ${vm.vcpus.length} vCPUs were on NUMA nodes ${used.join(' and ')}, and would fit into one`,
        why: 'vCPUs on another node reach the memory of the VM more slowly. This is a single look; the dashboard Scheduling shows whether it lasts.',
        fix: [
          `virsh numatune ${quoted(vm.label)} --nodeset ${used[0]} --config`,
          `virsh emulatorpin ${quoted(vm.label)} ${[...nodes.find(({ node }) => node === used[0])!.cpus].join(',')} --config`,
        ],
      },
    ]
  },
}
