import { expect, test } from 'vitest'
import { parseVersions } from '../../../src/sources/libvirt-versions.ts'

// Of libvirt 9.0.0 and QEMU 7.2.22 of Debian 12, in the lab.
const recorded = `Compiled against library: libvirt 9.0.0
Using library: libvirt 9.0.0
Using API: QEMU 9.0.0
Running hypervisor: QEMU 7.2.22
Running against daemon: 9.0.0
`

test('the versions of the daemon and of QEMU', () => {
  expect(parseVersions(recorded)).toEqual({ libvirt: [9, 0, 0], QEMU: [7, 2, 22] })
})

test('what libvirt does not say is unknown', () => {
  expect(
    parseVersions('Using library: libvirt 9.0.0\nCannot extract running QEMU hypervisor version\n'),
  ).toEqual({
    libvirt: undefined,
    QEMU: undefined,
  })
})
