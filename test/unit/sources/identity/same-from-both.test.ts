// What libvirt's status file says about a VM, and what its command line says: 67 VMs of libvirt 9.0 and QEMU 7.2.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { isEmulatedDisk } from '../../../../src/model/emulated.ts'
import type { Disk } from '../../../../src/model/vm.ts'
import { parseCommandLine } from '../../../../src/sources/cmdline/parse.ts'
import { descriptionOf } from '../../../../src/sources/identity/description.ts'
import { parseLibvirtStatus } from '../../../../src/sources/libvirt-status/parse.ts'

interface Pair {
  readonly status: string
  readonly cmdline: readonly string[]
}

const recorded = new URL('../../../fixtures/qemu-7.2-libvirt-9.0/pairs.json', import.meta.url)
const pairs = JSON.parse(readFileSync(recorded, 'utf8')) as Readonly<Record<string, Pair>>

/** A disk without the name that only libvirt knows. The order of disks by source differs, and means nothing. */
const comparable = (disks: readonly Disk[]) =>
  disks
    .map((disk) => ({ ...disk, target: undefined, emulated: isEmulatedDisk(disk) }))
    .sort((a, b) => (a.device < b.device ? -1 : 1))

it.each(Object.keys(pairs))('is the same from both sources: %s', (name) => {
  const { status, cmdline } = pairs[name]!
  // Recorded on a machine without KVM.
  const domain = parseLibvirtStatus(status.replace("<domain type='qemu'", "<domain type='kvm'"), name)!
  const commandLine = parseCommandLine(Buffer.from(cmdline.map((word) => `${word}\0`).join('')), {
    isVouchedFor: true,
  })!
  expect([commandLine.name, commandLine.memoryBytes]).toEqual([domain.name, domain.memoryMaxBytes])
  const both = descriptionOf(domain, commandLine)
  const one = descriptionOf(undefined, commandLine)
  expect([one.uuid, one.machine]).toEqual([both.uuid, both.machine])
  expect(comparable(one.disks)).toEqual(comparable(both.disks))
  expect(one.nics.map((nic) => ({ ...nic, target: undefined }))).toEqual(
    both.nics.map((nic) => ({ ...nic, target: undefined })),
  )
  expect(one.hostDevices).toEqual(both.hostDevices)
})

it('covers devices of many kinds', () => {
  const all = Object.entries(pairs).map(([name, { status }]) =>
    descriptionOf(parseLibvirtStatus(status.replace("type='qemu'", "type='kvm'"), name), undefined),
  )
  const buses = new Set(all.flatMap(({ disks }) => disks.map(({ bus }) => bus)))
  const models = new Set(all.flatMap(({ nics }) => nics.map(({ model }) => model)))
  expect([...buses].sort()).toEqual(['ide', 'sata', 'scsi', 'usb', 'virtio'])
  expect(models.size).toBeGreaterThan(11)
})
