// NICs that could give guests a function of their own.
import type { HostCheck } from '../check.ts'

const directory = '/sys/bus/pci/devices'

export const sriov: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'sriov',
  description: 'NICs with SR-IOV that have no virtual functions',
  source: 'thesis 6.3; https://docs.kernel.org/PCI/pci-iov-howto.html',
  examine(host) {
    const unused = host.names(directory).flatMap((address) => {
      const most = host.number(`${directory}/${address}/sriov_totalvfs`) ?? 0
      if (most === 0 || host.number(`${directory}/${address}/sriov_numvfs`) !== 0) return []
      // 0x02: network controller (PCI Code and ID Assignment Specification).
      return host.optional(`${directory}/${address}/class`)?.startsWith('0x02') ? [{ address, most }] : []
    })
    return unused.map(({ address, most }) => ({
      severity: 'notice' as const,
      device: address,
      what: `the NIC ${address} could have ${most} virtual functions, and has none`,
      why: "A guest with a virtual function reaches the NIC without the host's help. It cannot be migrated as easily, so this is for guests that need it.",
      fix: [`echo ${Math.min(4, most)} > ${directory}/${address}/sriov_numvfs`],
    }))
  },
}
