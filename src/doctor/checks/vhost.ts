// Whether the kernel can move the frames of virtio NICs itself.
import type { HostCheck } from '../check.ts'

export const vhost: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'vhost',
  description: 'vhost-net is loaded',
  source: 'thesis 2.3.4 and 6.1; https://libvirt.org/formatdomain.html#setting-nic-driver-specific-options',
  examine(host) {
    if (host.optional('/sys/class/misc/vhost-net/dev') !== undefined) return []
    return [
      {
        severity: 'warning',
        what: 'vhost-net is not loaded',
        why: 'Without it, QEMU copies each frame of a virtio NIC in user space, and each notification of the guest is a userspace exit.',
        fix: ['modprobe vhost_net', 'echo vhost_net > /etc/modules-load.d/vhost_net.conf'],
      },
    ]
  },
}
