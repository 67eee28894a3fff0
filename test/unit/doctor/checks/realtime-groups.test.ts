import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { realtimeGroups } from '../../../../src/doctor/checks/realtime-groups.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

const config = (text: string) => ({
  '/proc/sys/kernel/osrelease': '6.1.0-56-amd64\n',
  '/boot/config-6.1.0-56-amd64': `CONFIG_HZ=250\n${text}\n`,
})
const without = config('# CONFIG_RT_GROUP_SCHED is not set')
const groups = 'warning: the kernel has real-time budgets for groups (CONFIG_RT_GROUP_SCHED)'

test('a kernel without budgets for groups is well', async () => {
  expect(await diagnosed(realtimeGroups, hostWith(without))).toEqual([])
})

test('budgets for groups, from /boot or from the kernel itself', async () => {
  const on = 'CONFIG_RT_GROUP_SCHED=y'
  expect(await diagnosed(realtimeGroups, hostWith(config(on)))).toEqual([groups])
  expect(await diagnosed(realtimeGroups, hostWith({ '/proc/config.gz': gzipSync(`${on}\n`) }))).toEqual([
    groups,
  ])
})

test('budgets that are off at boot', async () => {
  const off = config('CONFIG_RT_GROUP_SCHED=y\nCONFIG_RT_GROUP_SCHED_DEFAULT_DISABLED=y')
  const cmdline = (text: string) => ({ '/proc/cmdline': `quiet ${text}\n` })
  expect(await diagnosed(realtimeGroups, hostWith(off))).toEqual([])
  expect(await diagnosed(realtimeGroups, hostWith({ ...off, ...cmdline('rt_group_sched=1') }))).toEqual([
    groups,
  ])
  const on = config('CONFIG_RT_GROUP_SCHED=y')
  expect(await diagnosed(realtimeGroups, hostWith({ ...on, ...cmdline('rt_group_sched=0') }))).toEqual([])
})

test('the group of the VMs decides where it is to be seen', async () => {
  const budget = (us: string) => ({ '/sys/fs/cgroup/cpu/machine.slice/cpu.rt_runtime_us': `${us}\n` })
  expect(await diagnosed(realtimeGroups, hostWith(budget('0')))).toEqual([
    'warning: the group machine.slice has no real-time budget (cpu.rt_runtime_us is 0)',
  ])
  expect(await diagnosed(realtimeGroups, hostWith(budget('800000')))).toEqual([])
})

test('a configuration that is not to be found', async () => {
  const host = hostWith({ '/proc/sys/kernel/osrelease': '6.1.0-56-amd64\n' })
  expect(await diagnosed(realtimeGroups, host)).toEqual([
    'not checked: there is neither /proc/config.gz nor a file /boot/config-RELEASE of the running kernel, so CONFIG_RT_GROUP_SCHED is not known',
  ])
})

test('a configuration that is no gzip costs only this check', async () => {
  const host = hostWith({ '/proc/config.gz': 'no gzip' })
  expect(await diagnosed(realtimeGroups, host)).toEqual([
    'not checked: /proc/config.gz is not readable as gzip',
  ])
})
