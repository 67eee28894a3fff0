// The versions of libvirt and QEMU.
import { libvirtVersions, type Versions } from '../../sources/libvirt-versions.ts'
import type { Found, HostCheck } from '../check.ts'

/** Without the module, exits come from statistics that begin with these. */
const withStatistics = { libvirt: [8, 9], QEMU: [7, 1] } as const
/** QEMU's own support ends with the next release but one, distributions' after about five years. */
const oldest = { libvirt: [6, 0], QEMU: [5, 0] } as const

export const versions: HostCheck = {
  scope: 'host',
  // Needs a process of virsh.
  isMetric: false,
  name: 'versions',
  description: 'libvirt and QEMU are recent enough',
  source: 'thesis 2.3.2 and 2.3.3; src/sources/README.md',
  async examine(host) {
    return outdated(await libvirtVersions(host.places.rundir))
  },
}

export function outdated(found: Versions): Found[] {
  return (['libvirt', 'QEMU'] as const).flatMap((name): Found[] => {
    const version = found[name]
    if (version === undefined || !isOlder(version, withStatistics[name])) return []
    const isOld = isOlder(version, oldest[name])
    return [
      {
        severity: isOld ? 'warning' : 'notice',
        what: `${name} ${version.join('.')} is ${isOld ? 'no longer maintained' : `older than ${withStatistics[name].join('.')}`}`,
        why: "It cannot give KVM's statistics of a VM, which replace the module kvminfo. Newer releases also emulate less and are faster.",
        fix: ['# install a newer release from the distribution, then restart or migrate the VMs'],
      },
    ]
  })
}

const isOlder = (version: readonly number[], than: readonly [number, number]): boolean =>
  version[0]! < than[0] || (version[0] === than[0] && version[1]! < than[1])
