import { expect, test } from 'vitest'
import { vmMultiqueue } from '../../../../src/doctor/checks/vm-multiqueue.ts'
import { diagnosedVm, vcpus } from '../../../helpers/doctor-host.ts'

const nic = (vhost: boolean | undefined) => ({ device: 'net0', target: 'vnet0', model: 'virtio', vhost })
const queues = (count: number) => ({ queues: new Map([['net0', count]]) })

test.each([
  ['four vCPUs with two queues', 4, nic(true), queues(2)],
  ['three vCPUs with one', 3, nic(true), queues(1)],
  ['a NIC without vhost, whose first need is vhost', 8, nic(false), queues(1)],
  ['a NIC on no tap device', 8, nic(undefined), {}],
])('%s', async (_, count, each, tuning) => {
  expect(await diagnosedVm(vmMultiqueue, { vm: { nics: [each], vcpus: vcpus(count) }, tuning })).toEqual([])
})

test('one queue for four vCPUs', async () => {
  const vm = { nics: [nic(true)], vcpus: vcpus(4) }
  expect(await diagnosedVm(vmMultiqueue, { vm, tuning: queues(1) })).toEqual([
    'notice: the virtio NIC vnet0 has one queue for 4 vCPUs',
  ])
})
