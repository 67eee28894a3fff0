import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { vmCpuGroup } from '../../../../src/sources/cgroup/cpu-weight.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

function groupOf(...lines: string[]) {
  const procfs = scratchDirectory()
  mkdirSync(join(procfs, '7'))
  writeFileSync(join(procfs, '7/cgroup'), lines.map((line) => `${line}\n`).join(''))
  return vmCpuGroup(procfs, '/sys', 7)
}

const scope = '/machine.slice/machine-qemu\\x2d3\\x2dweb1.scope'

test.each([
  ['of libvirt in systemd', `0::${scope}/libvirt/emulator`, `/sys/fs/cgroup${scope}/cpu.weight`],
  ['in a slice of its own', `0::/custom.slice${scope}`, `/sys/fs/cgroup/custom.slice${scope}/cpu.weight`],
  [
    'of libvirt without systemd',
    '0::/machine/qemu-1-web1.libvirt-qemu/emulator',
    '/sys/fs/cgroup/machine/qemu-1-web1.libvirt-qemu/cpu.weight',
  ],
  ['of Proxmox', '0::/qemu.slice/100.scope', '/sys/fs/cgroup/qemu.slice/100.scope/cpu.weight'],
])('finds the group %s', (_what, line, path) => {
  expect(groupOf(line)).toMatchObject({ file: 'cpu.weight', path })
})

test('finds the controller of version 1, also beside version 2', () => {
  const found = groupOf(`9:memory:${scope}`, `4:cpu,cpuacct:${scope}/emulator`, `0::${scope}`)
  expect(found).toEqual({
    file: 'cpu.shares',
    path: `/sys/fs/cgroup/cpu,cpuacct${scope}/cpu.shares`,
    group: scope,
  })
})

test.each([
  ['a session with other processes', '0::/user.slice/user-0.slice/session-1.scope'],
  ['a service', '0::/system.slice/libvirtd.service'],
  ['the root', '0::/'],
  ['a number outside of qemu.slice', '0::/system.slice/100.scope'],
  ['a pod', '0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-1.scope'],
  ['a group outside of this namespace', `0::/../..${scope}`],
  ['no group at all', ''],
])('%s is not a group of one VM', (_what, line) => {
  expect(groupOf(line)).toBeUndefined()
})

test('a process that has ended has no group', () => {
  expect(vmCpuGroup(scratchDirectory(), '/sys', 7)).toBeUndefined()
})
