// The network that guests are connected to.
import type { Found, HostCheck } from '../check.ts'

export const bridge: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'bridge',
  description: 'a bridge for the guests, whose frames do not pass through iptables',
  source: 'thesis 2.3.4; https://wiki.libvirt.org/Net.bridge.bridge-nf-call_and_sysctl.conf.html',
  examine(host) {
    const found: Found[] = []
    const hasBridge = host
      .names('/sys/class/net')
      .some((name) => host.names(`/sys/class/net/${name}/bridge`).length > 0)
    if (!hasBridge && !host.names('/sys/module').includes('openvswitch'))
      found.push({
        severity: 'notice',
        what: 'the host has no bridge',
        why: "Without a bridge, macvtap or Open vSwitch, guests are left with QEMU's user network, which runs in QEMU and cannot use vhost.",
        fix: [
          'nmcli connection add type bridge con-name br0 ifname br0',
          'nmcli connection add type ethernet con-name port0 ifname NIC master br0',
        ],
      })
    if (hasBridge && host.number('/proc/sys/net/bridge/bridge-nf-call-iptables') === 1)
      found.push({
        severity: 'notice',
        what: 'frames between guests pass through iptables (bridge-nf-call-iptables is 1)',
        why: 'Each frame on a bridge costs the rules and the connection tracking of the host. Leave it if something needs it, such as Kubernetes or Docker.',
        fix: ['sysctl -w net.bridge.bridge-nf-call-iptables=0'],
      })
    return found
  },
}
