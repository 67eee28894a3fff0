import { expect, test } from 'vitest'
import { numaBalancing } from '../../../../src/doctor/checks/numa-balancing.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

const nodes = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, node) => [`/sys/devices/system/node/node${node}/`, '']),
  )
const setting = (value: string) => ({ '/proc/sys/kernel/numa_balancing': `${value}\n` })

test.each([
  ['one node', { ...nodes(1), ...setting('0') }],
  ['two nodes with balancing', { ...nodes(2), ...setting('1') }],
  ['two nodes with memory tiering only', { ...nodes(2), ...setting('2') }],
])('%s is well', async (_, files) => {
  expect(await diagnosed(numaBalancing, hostWith(files))).toEqual([])
})

test('two nodes without balancing', async () => {
  expect(await diagnosed(numaBalancing, hostWith({ ...nodes(2), ...setting('0') }))).toEqual([
    'notice: the host has 2 NUMA nodes, and automatic NUMA balancing is off',
  ])
})

test('a number that is none', async () => {
  expect(await diagnosed(numaBalancing, hostWith({ ...nodes(2), ...setting('on') }))).toEqual([
    'not checked: /proc/sys/kernel/numa_balancing does not contain a number',
  ])
})
