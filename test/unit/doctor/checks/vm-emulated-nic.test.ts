import { expect, test } from 'vitest'
import { vmEmulatedNic } from '../../../../src/doctor/checks/vm-emulated-nic.ts'
import { diagnosedVm } from '../../../helpers/doctor-host.ts'

const nic = (model: string) => ({ device: 'net0', target: 'vnet0', model, vhost: false })

test.each(['virtio', 'vfio-pci'])('%s is well', async (model) => {
  expect(await diagnosedVm(vmEmulatedNic, { vm: { nics: [nic(model)] } })).toEqual([])
})

test('an emulated one', async () => {
  expect(await diagnosedVm(vmEmulatedNic, { vm: { nics: [nic('virtio'), nic('e1000e')] } })).toEqual([
    'warning: the NIC vnet0 is emulated (e1000e)',
  ])
})
