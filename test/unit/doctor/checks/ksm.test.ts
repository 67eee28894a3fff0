import { expect, test } from 'vitest'
import { ksm } from '../../../../src/doctor/checks/ksm.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

const directory = '/sys/kernel/mm/ksm'
const twoCpus = { '/sys/devices/system/cpu/cpu0/': '', '/sys/devices/system/cpu/cpu1/': '' }
const twoNodes = { '/sys/devices/system/node/node0/': '', '/sys/devices/system/node/node1/': '' }
const ksmOn = (load: string, across = '1') => ({
  ...twoCpus,
  '/proc/loadavg': `9.00 ${load} 0.50 2/400 5293\n`,
  [`${directory}/run`]: '1\n',
  [`${directory}/merge_across_nodes`]: `${across}\n`,
})

test('KSM on an idle host with one node is well', async () => {
  expect(await diagnosed(ksm, hostWith(ksmOn('1.40')))).toEqual([])
})

test('KSM that is off is well, whatever the load', async () => {
  const host = hostWith({ ...ksmOn('8.00'), ...twoNodes, [`${directory}/run`]: '0\n' })
  expect(await diagnosed(ksm, host)).toEqual([])
})

test('more than 70 % of the CPUs', async () => {
  expect(await diagnosed(ksm, hostWith(ksmOn('1.41')))).toEqual([
    'warning: KSM runs although the CPUs are busy (load 1.41 on 2 CPUs)',
  ])
})

test('merging over nodes', async () => {
  expect(await diagnosed(ksm, hostWith({ ...ksmOn('0.10'), ...twoNodes }))).toEqual([
    'warning: KSM merges pages of different NUMA nodes (merge_across_nodes is 1)',
  ])
  expect(await diagnosed(ksm, hostWith({ ...ksmOn('0.10', '0'), ...twoNodes }))).toEqual([])
})

test('names who controls KSM, and its commands', async () => {
  const host = hostWith({ ...ksmOn('2.00'), '/proc/10/stat': `10 (ksmtuned) S 1${' 0'.repeat(50)}\n` })
  expect(await diagnosed(ksm, host)).toEqual([
    'warning: KSM runs although the CPUs are busy (load 2 on 2 CPUs)',
    'notice: ksmtuned controls KSM',
  ])
  expect(ksm.examine(host)).toMatchObject([{ fix: ['systemctl disable --now ksmtuned ksm'] }, {}])
})

test('a kernel without KSM', async () => {
  expect(await diagnosed(ksm, hostWith({}))).toEqual([
    'not checked: there is no /sys/kernel/mm/ksm: the kernel was built without CONFIG_KSM',
  ])
})
