import { expect, test } from 'vitest'
import { vmHugePages } from '../../../../src/doctor/checks/vm-huge-pages.ts'
import { diagnosedVm } from '../../../helpers/doctor-host.ts'

const gib = 2 ** 30
const pool = (free: number) => ({
  '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages': '4096\n',
  '/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages': `${free}\n`,
  '/sys/kernel/mm/hugepages/hugepages-2048kB/surplus_hugepages': '0\n',
})
const vm = { memoryMaxBytes: 4 * gib }
const memory = (hugetlbBytes: number) => ({ pid: 100, residentBytes: gib, hugetlbBytes })

test('a VM in huge pages, a small one, and one for which the pool has no room', async () => {
  expect(await diagnosedVm(vmHugePages, { vm, memory: memory(4 * gib) }, pool(2048))).toEqual([])
  expect(
    await diagnosedVm(vmHugePages, { vm: { memoryMaxBytes: 4 * gib - 1 }, memory: memory(0) }, pool(2048)),
  ).toEqual([])
  expect(await diagnosedVm(vmHugePages, { vm, memory: memory(0) }, pool(2047))).toEqual([])
})

test('a large VM beside a pool with room', async () => {
  expect(await diagnosedVm(vmHugePages, { vm, memory: memory(0) }, pool(2048))).toEqual([
    'notice: its 4 GiB are not in huge pages, and the pool has room for them',
  ])
})
