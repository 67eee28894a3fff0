// Which of the causes of EPERM it is, on files as the kernel writes them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { whyNotPermitted } from '../../../src/actuator/permission.ts'
import type { Scheduling } from '../../../src/actuator/protocol.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

const rr: Scheduling = { policy: 2, rtPriority: 2, nice: 0, resetOnFork: true }
const nice: Scheduling = { policy: 0, rtPriority: 0, nice: -5, resetOnFork: false }

// As Linux 6.1 prints them.
const limits = `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max nice priority         30                   30
Max realtime priority     1                    1
Max realtime timeout      unlimited            unlimited            us
`
const all = 'CapInh:\t0000000000000000\nCapPrm:\t000001ffffffffff\nCapEff:\t000001ffffffffff\n'
const none = 'CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t000001ffff7fffff\n'
const onHost = '         0          0 4294967295\n'
const slice = '/machine.slice'
const scope = `${slice}/machine-qemu\\x2d1\\x2dweb.scope`

/** `files`: below the root, with `proc` and `sys`. */
function why(to: Scheduling, files: Readonly<Record<string, string | Buffer>>): string {
  const root = scratchDirectory()
  const usual = {
    'proc/self/status': all,
    'proc/self/uid_map': onHost,
    'proc/70/task/71/limits': limits,
    'proc/71/cgroup': `0::${scope}\n`,
    'proc/sys/kernel/sched_rt_runtime_us': '950000\n',
    'proc/sys/kernel/osrelease': 'of-no-kernel\n',
  }
  for (const [path, text] of Object.entries({ ...usual, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return whyNotPermitted({ procfs: join(root, 'proc'), sysfs: join(root, 'sys'), pid: 70, tid: 71, to })
}

const cpuIsOn = {
  [`sys/fs/cgroup${slice}/cpu.weight`]: '100\n',
  [`sys/fs/cgroup${scope}/cpu.weight`]: '100\n',
}
const config = (text: string) => gzipSync(`# Linux\n${text}\n`)

test('the capability is missing: the limits of the thread are named', () => {
  expect(why(rr, { 'proc/self/status': none })).toMatch(
    /lacks the capability CAP_SYS_NICE.*AmbientCapabilities=CAP_SYS_NICE\. Without it, the highest real-time priority of this thread is 1 \(RLIMIT_RTPRIO\)$/,
  )
  expect(why(nice, { 'proc/self/status': none })).toMatch(
    /the lowest nice value of this thread is -10 \(RLIMIT_NICE\)$/,
  )
})

test('a user namespace, where the capability does not count', () => {
  expect(why(rr, { 'proc/self/uid_map': '         0     100000      65536\n' })).toMatch(
    /in a user namespace of its own/,
  )
})

test('version 1 of cgroups: the groups without real-time budget are named, from the outside in', () => {
  const group = (path: string) => `sys/fs/cgroup/cpu,cpuacct${path}/cpu.rt_runtime_us`
  const files = {
    'proc/71/cgroup': `4:cpu,cpuacct:${scope}\n0::/\n`,
    [group('/')]: '950000\n',
    [group(slice)]: '0\n',
    [group(scope)]: '0\n',
  }
  expect(why(rr, files)).toMatch(
    /RT_GROUP_SCHED.*echo 100000 > '.*\/machine\.slice\/cpu\.rt_runtime_us' && echo 100000 > '.*web\.scope\/cpu\.rt_runtime_us'$/,
  )
  expect(why(rr, { ...files, [group(slice)]: '100000\n', [group(scope)]: '100000\n' })).toMatch(
    /security module/,
  )
})

test.each([
  [
    'built with RT_GROUP_SCHED',
    { 'proc/config.gz': config('CONFIG_RT_GROUP_SCHED=y') },
    /none but the root group has one.*rt_group_sched=0/,
  ],
  ['of which that is not known', {}, /probably has real-time budgets/],
  ['built without', { 'proc/config.gz': config('# CONFIG_RT_GROUP_SCHED is not set') }, /a security module/],
  [
    'booted with rt_group_sched=0',
    { 'proc/config.gz': config('CONFIG_RT_GROUP_SCHED=y'), 'proc/cmdline': 'quiet rt_group_sched=0\n' },
    /a security module/,
  ],
  [
    'whose limit of real-time threads is off, so that it checks no budgets',
    { 'proc/config.gz': config('CONFIG_RT_GROUP_SCHED=y'), 'proc/sys/kernel/sched_rt_runtime_us': '-1\n' },
    /a security module/,
  ],
])('version 2 of cgroups on a kernel %s', (_what, files, reason) => {
  expect(why(rr, { ...cpuIsOn, ...files })).toMatch(reason)
})

test('a group of version 2 without the cpu controller has no budget of its own', () => {
  expect(why(rr, { 'proc/config.gz': config('CONFIG_RT_GROUP_SCHED=y') })).toMatch(/a security module/)
})

test('a nice value needs no real-time budget', () => {
  expect(why(nice, { ...cpuIsOn, 'proc/config.gz': config('CONFIG_RT_GROUP_SCHED=y') })).toMatch(
    /security module/,
  )
})

test('a host of which nothing can be read still gets an answer', () => {
  const nothing = { procfs: '/nowhere', sysfs: '/nowhere', pid: 1, tid: 1 }
  expect(whyNotPermitted({ ...nothing, to: rr })).toMatch(/security module/)
})
