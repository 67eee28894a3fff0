import { expect, test } from 'vitest'
import { vmEmulatedDisk } from '../../../../src/doctor/checks/vm-emulated-disk.ts'
import type { Disk } from '../../../../src/model/vm.ts'
import { diagnosedVm, hostWith, vmWith } from '../../../helpers/doctor-host.ts'

const disk = (bus: string, more: Partial<Disk> = {}): Disk => ({
  ...{ device: 'disk0', target: 'sda', bus, cache: undefined, format: 'raw' },
  ...more,
})

test('disks on virtio', async () => {
  const disks = [disk('virtio'), disk('scsi')]
  expect(await diagnosedVm(vmEmulatedDisk, { vm: { disks } })).toEqual([])
})

test('disks on emulated controllers', async () => {
  const disks = [disk('virtio'), disk('sata'), disk('scsi', { emulated: true, target: undefined })]
  expect(await diagnosedVm(vmEmulatedDisk, { vm: { disks } })).toEqual([
    'warning: the disk sda is on an emulated controller (sata)',
    'warning: the disk disk0 is on an emulated controller (scsi)',
  ])
})

test('the command names VM and device, quoted where a shell needs it', () => {
  const view = vmWith({ vm: { label: "a 'b'", disks: [disk('ide')] } })
  expect(vmEmulatedDisk.examine(view, hostWith({}))).toMatchObject([
    { action: 'virtio-disk', fix: ["kvminfo remediate plan virtio-disk 'a '\\''b'\\''' --device=disk0"] },
  ])
})
