import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { niceLimit } from '../../../../src/remediate/target/nice-limit.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

function limit(files: Readonly<Record<string, string>>): string | undefined {
  const root = scratchDirectory()
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return niceLimit(join(root, 'proc'), join(root, 'sys'), { pid: 70, label: 'web 1' }, 71)
}

const autogroup = {
  'proc/sys/kernel/sched_autogroup_enabled': '1\n',
  'proc/70/autogroup': '/autogroup-12 nice 0\n',
}
const inScope = { 'proc/71/cgroup': '0::/machine.slice/a.scope/libvirt/vcpu0\n' }

test('in a control group of version 2 with the cpu controller, the weight is what counts', () => {
  const text = limit({ ...inScope, 'sys/fs/cgroup/machine.slice/a.scope/cpu.weight': '100\n', ...autogroup })
  expect(text).toBe(
    'A nice value counts only among threads of the same control group, here /machine.slice/a.scope. Against other VMs, the weight of the group counts: kvminfo tune weight "web 1" 4.',
  )
})

test('the same in a group of version 1', () => {
  expect(limit({ 'proc/71/cgroup': '4:cpu,cpuacct:/machine\n0::/x\n' })).toMatch(/here \/machine\./)
})

test('where no cpu controller is on, the groups of sessions count', () => {
  expect(limit({ ...inScope, ...autogroup })).toMatch(
    /sched_autogroup_enabled is 1.*echo -5 > \/proc\/70\/autogroup\.$/,
  )
})

test.each([
  ['autogroups are off', { ...inScope, ...autogroup, 'proc/sys/kernel/sched_autogroup_enabled': '0\n' }],
  ['the kernel has none', inScope],
  ['the process is in none', { ...inScope, ...autogroup, 'proc/70/autogroup': '' }],
  ['the thread has ended', autogroup],
])('nothing is said if %s', (_what, files) => {
  expect(limit(files)).toBeUndefined()
})
