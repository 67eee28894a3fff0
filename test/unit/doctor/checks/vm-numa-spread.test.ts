import { expect, test } from 'vitest'
import { vmNumaSpread } from '../../../../src/doctor/checks/vm-numa-spread.ts'
import { diagnosedVm, vcpus } from '../../../helpers/doctor-host.ts'
import { task } from '../../../helpers/host-snapshot.ts'

const nodes = {
  '/sys/devices/system/node/node0/cpulist': '0-1,4\n',
  '/sys/devices/system/node/node1/cpulist': '2-3,5\n',
  '/sys/devices/system/node/node2/cpulist': '\n',
}
const on = (...cpus: readonly number[]) => ({
  vm: { vcpus: vcpus(cpus.length) },
  tasks: cpus.map((cpu, id) => task(100, 200 + id, { cpu })),
})

test.each([
  ['one node', on(0, 1, 4)],
  ['more vCPUs than a node has', on(0, 1, 2, 3)],
  ['threads that nobody could read', { vm: { vcpus: vcpus(2) } }],
])('%s', async (_, parts) => {
  expect(await diagnosedVm(vmNumaSpread, parts, nodes)).toEqual([])
})

test('two nodes for a VM that fits into one', async () => {
  expect(await diagnosedVm(vmNumaSpread, on(0, 5, 1), nodes)).toEqual([
    'notice: its 3 vCPUs were on NUMA nodes 0 and 1, and would fit into one',
  ])
})

test('a host with one node', async () => {
  const one = { '/sys/devices/system/node/node0/cpulist': '0-5\n' }
  expect(await diagnosedVm(vmNumaSpread, on(0, 5), one)).toEqual([])
})
