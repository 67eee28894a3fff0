// virtio NICs whose frames pass through QEMU.
import type { VmCheck } from '../check.ts'
import { quoted } from '../quoted.ts'

export const vmVhost: VmCheck = {
  scope: 'vm',
  name: 'vm-vhost',
  description: 'the frames of virtio NICs pass through vhost, and not through QEMU',
  source: 'thesis 6.1; https://libvirt.org/formatdomain.html#setting-nic-driver-specific-options',
  examine({ vm, tuning }) {
    const virtio = vm.nics.filter(({ model, vhost }) => model === 'virtio' && vhost === false)
    if (virtio.length === 0) return []
    // Only a tap device can have vhost-net; of user networks and vhost-user there is no better.
    const { queues } = tuning()
    return virtio
      .filter(({ device }) => queues.has(device))
      .map(({ device, target }) => ({
        severity: 'warning',
        device,
        what: `the virtio NIC ${target ?? device} does not use vhost`,
        why: 'QEMU copies each frame in user space, and each notification of the guest ends in QEMU. If the guest cannot keep up, vhost can also lower the throughput, so measure it.',
        fix: [`kvminfo remediate plan vhost-net ${quoted(vm.label)} --device=${quoted(device)}`],
        action: 'vhost-net',
      }))
  },
}
