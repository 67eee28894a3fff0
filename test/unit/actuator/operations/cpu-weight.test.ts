import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type CpuWeightOperation, reversed } from '../../../../src/actuator/protocol.ts'
import { actuatorOnFiles } from '../../../helpers/actuator.ts'
import { putIntoGroup } from '../../../helpers/cgroup-files.ts'

function hostWithGroup(group: Parameters<typeof putIntoGroup>[2] = {}) {
  const host = actuatorOnFiles()
  const file = putIntoGroup(host, host.vm.pid, group)
  return {
    ...host,
    weight: () => readFileSync(file, 'utf8').trim(),
    setWeight: (weight: number) => writeFileSync(file, `${weight}\n`),
    raise: (from: number, to: number, more: Partial<CpuWeightOperation> = {}): CpuWeightOperation => ({
      ...{ kind: 'cpu-weight', vm: host.vm, file: 'cpu.weight', from, to },
      ...more,
    }),
    execute: (operation: CpuWeightOperation) => host.actuator.answer({ do: 'execute', operation }),
  }
}

test('raises the weight of the group of the VM, and restores it', async () => {
  const { raise, execute, weight, changesFile } = hostWithGroup()
  expect(await execute(raise(100, 400))).toEqual({ outcome: 'done', before: 100, after: 400 })
  expect(weight()).toBe('400')
  expect(readFileSync(changesFile, 'utf8')).toBe('cpu weight was 100 set 400\n')
  expect(await execute(reversed(raise(100, 400)))).toEqual({ outcome: 'done', before: 400, after: 100 })
  expect(weight()).toBe('100')
})

test('on version 1 of cgroups, on its scale', async () => {
  const { raise, execute, weight } = hostWithGroup({ controllers: 'cpu,cpuacct' })
  expect(await execute(raise(1024, 10_240, { file: 'cpu.shares' }))).toMatchObject({ outcome: 'done' })
  expect(weight()).toBe('10240')
  expect(await execute(raise(10_240, 10_241, { file: 'cpu.shares' }))).toMatchObject({
    outcome: 'refused',
    reason: 'cpu.shares 10241 is above 10240, the highest that is allowed',
  })
  expect(await execute(raise(100, 400))).toMatchObject({
    outcome: 'refused',
    reason: 'this host has cpu.shares, not cpu.weight',
  })
})

test.each([
  [100, 1_001, 'above 1000'],
  [100, 99, 'only raised'],
])('does not set %i to %i', async (from, to, reason) => {
  const { raise, execute, weight } = hostWithGroup()
  expect(await execute(raise(from, to))).toMatchObject({
    outcome: 'refused',
    reason: expect.stringContaining(reason),
  })
  expect(weight()).toBe('100')
})

test('restores a weight beyond the limits', async () => {
  const { raise, execute, weight, given } = hostWithGroup({ weight: 300 })
  await execute(raise(300, 1_000))
  const { limits } = given
  given.limits = () => ({ ...limits(), maxCpuWeight: 1 })
  expect(await execute(raise(1_000, 300))).toMatchObject({ outcome: 'done' })
  expect(weight()).toBe('300')
})

test('leaves alone what somebody else has set', async () => {
  const { raise, execute, weight, setWeight } = hostWithGroup()
  await execute(raise(100, 400))
  setWeight(250)
  expect(await execute(raise(400, 100))).toMatchObject({ outcome: 'stale', before: 250 })
  expect(weight()).toBe('250')
})

test('refuses a VM without a group of its own', async () => {
  const { raise, execute } = hostWithGroup({ own: '/user.slice/user-0.slice/session-1.scope' })
  expect(await execute(raise(100, 400))).toMatchObject({
    outcome: 'refused',
    reason: 'the VM has no control group of its own',
  })
})

test('refuses if the group has ended', async () => {
  const { raise, execute, sysfs } = hostWithGroup()
  const operation = raise(100, 400)
  await execute(operation)
  rmSync(join(sysfs, 'fs/cgroup'), { recursive: true })
  expect(await execute(operation)).toMatchObject({
    outcome: 'refused',
    reason: expect.stringContaining('cannot be read'),
  })
})

test('the kill switch forbids it, but not to restore', async () => {
  const { raise, execute, weight, stopFile } = hostWithGroup()
  await execute(raise(100, 400))
  writeFileSync(stopFile, 'why\n')
  expect(await execute(raise(400, 500))).toMatchObject({ outcome: 'refused' })
  expect(await execute(raise(400, 100))).toMatchObject({ outcome: 'done' })
  expect(weight()).toBe('100')
})
