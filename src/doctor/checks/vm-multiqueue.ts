// virtio NICs with one queue for many vCPUs.
import type { VmCheck } from '../check.ts'
import { quoted } from '../quoted.ts'

/** With fewer vCPUs, one queue is seldom the limit. */
const fewestVcpus = 4

export const vmMultiqueue: VmCheck = {
  scope: 'vm',
  name: 'vm-multiqueue',
  description: `virtio NICs of VMs with ${fewestVcpus} vCPUs or more have several queues`,
  source: 'https://libvirt.org/formatdomain.html#setting-nic-driver-specific-options',
  examine({ vm, tuning }) {
    const count = vm.vcpus.length
    const virtio = vm.nics.filter(({ model, vhost }) => model === 'virtio' && vhost !== false)
    if (count < fewestVcpus || virtio.length === 0) return []
    const { queues } = tuning()
    return virtio
      .filter(({ device }) => queues.get(device) === 1)
      .map(({ device, target }) => ({
        severity: 'notice',
        device,
        what: `the virtio NIC ${target ?? device} has one queue for ${count} vCPUs`,
        why: 'One vhost thread and one vCPU handle all frames. It matters for guests with much traffic over many connections.',
        fix: [
          `virsh edit ${quoted(vm.label)} # <driver name='vhost' queues='${Math.min(count, 8)}'/> in the interface`,
          '# it counts from the next start of the VM',
        ],
      }))
  },
}
