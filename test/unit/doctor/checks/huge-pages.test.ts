import { expect, test } from 'vitest'
import { hugePages } from '../../../../src/doctor/checks/huge-pages.ts'
import { diagnosed, hostWith, vmWith } from '../../../helpers/doctor-host.ts'

const pool = (total: number, free: number) => ({
  '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages': `${total}\n`,
  '/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages': `${free}\n`,
  '/sys/kernel/mm/hugepages/hugepages-2048kB/surplus_hugepages': '0\n',
})
const vms = [vmWith({})]

test('a pool that VMs use is well', async () => {
  expect(await diagnosed(hugePages, hostWith(pool(1024, 1023), { vms }))).toEqual([])
})

test('a pool that waits for the first VM too', async () => {
  expect(await diagnosed(hugePages, hostWith(pool(1024, 1024)))).toEqual([])
})

test('no pool', async () => {
  expect(await diagnosed(hugePages, hostWith(pool(0, 0), { vms }))).toEqual([
    'notice: the host has no pool of huge pages',
  ])
})

test('a pool that no VM uses is lost memory', async () => {
  expect(await diagnosed(hugePages, hostWith(pool(1024, 1024), { vms }))).toEqual([
    'warning: nothing uses the pool of huge pages (2.0 GiB)',
  ])
})

test('a kernel without huge pages', async () => {
  expect(await diagnosed(hugePages, hostWith({}))).toEqual([
    'not checked: there is no /sys/kernel/mm/hugepages: the kernel was built without CONFIG_HUGETLBFS',
  ])
})
