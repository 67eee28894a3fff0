import { expect, test } from 'vitest'
import { vmVhost } from '../../../../src/doctor/checks/vm-vhost.ts'
import { KvminfoError } from '../../../../src/errors.ts'
import { diagnosed, diagnosedVm, hostWith, vmWith } from '../../../helpers/doctor-host.ts'

const nic = (vhost: boolean | undefined, model = 'virtio') => ({
  device: 'net0',
  target: 'vnet0',
  model,
  vhost,
})
const onTap = { queues: new Map([['net0', 1]]) }

test.each([
  ['with vhost', nic(true), onTap],
  ['that is emulated', nic(false, 'e1000'), onTap],
  ['on a user network, which cannot have it', nic(false), {}],
  ['of which nothing is known', nic(undefined), onTap],
])('a NIC %s', async (_, each, tuning) => {
  expect(await diagnosedVm(vmVhost, { vm: { nics: [each] }, tuning })).toEqual([])
})

test('a virtio NIC on a tap device without vhost', async () => {
  expect(await diagnosedVm(vmVhost, { vm: { nics: [nic(false)] }, tuning: onTap })).toEqual([
    'warning: the virtio NIC vnet0 does not use vhost',
  ])
})

test('without the command line it cannot be checked', async () => {
  const view = vmWith({ vm: { nics: [nic(false)] } })
  const tuning = () => {
    throw new KvminfoError('SOURCE_DENIED', 'no right')
  }
  expect(await diagnosed(vmVhost, hostWith({}, { vms: [{ ...view, tuning }] }))).toEqual([
    'not checked: no right',
  ])
})
