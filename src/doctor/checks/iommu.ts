// Whether devices of the host can be given to guests.
import type { HostCheck } from '../check.ts'

export const iommu: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'iommu',
  description: 'the IOMMU is on, for devices that guests use themselves',
  source: 'thesis 6.2; https://docs.kernel.org/driver-api/vfio.html',
  examine(host) {
    if (host.names('/sys/kernel/iommu_groups').length > 0) return []
    const isAmd = /^vendor_id\s*:\s*(AuthenticAMD|HygonGenuine)/m.test(host.optional('/proc/cpuinfo') ?? '')
    const parameter = isAmd ? 'iommu=pt' : 'intel_iommu=on iommu=pt'
    return [
      {
        severity: 'notice',
        what: 'the IOMMU is off: there are no IOMMU groups',
        why: 'Without it, no device of the host can be passed to a guest safely, and SR-IOV is of no use.',
        fix: [
          `# firmware set-up: enable ${isAmd ? 'the IOMMU' : 'VT-d'}`,
          `editor /etc/default/grub # add ${parameter} to GRUB_CMDLINE_LINUX`,
          'update-grub && reboot',
        ],
      },
    ]
  },
}
