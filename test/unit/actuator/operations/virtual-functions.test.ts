import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reversed, type VirtualFunctionsOperation } from '../../../../src/actuator/protocol.ts'
import { actuatorOnFiles } from '../../../helpers/actuator.ts'
import { disk, hostWithDisk } from '../../../helpers/pci-host.ts'

const first = '0000:01:00.1'

/** A disk that can have four functions. Files make none by themselves, so `make` does what the kernel would. */
function host() {
  const made = actuatorOnFiles()
  const files = hostWithDisk(made)
  files.add(first, { kind: '0x010802', group: 8 })
  files.addFunctions(disk, 4, [])
  const numbers = files.path(disk, 'sriov_numvfs')
  return {
    ...made,
    ...files,
    count: () => readFileSync(numbers, 'utf8').trim(),
    make: () => files.addFunctions(disk, 4, [first]),
    set: (count: number) => writeFileSync(numbers, `${count}\n`),
    execute: (operation: VirtualFunctionsOperation, actuator = made.actuator) =>
      actuator.answer({ do: 'execute', operation }),
  }
}

const change = (from: number, to: number): VirtualFunctionsOperation => ({
  kind: 'virtual-functions',
  ...{ device: disk, from, to },
})

test('makes functions, records it, and removes them in a later process', async () => {
  const { execute, count, make, create, rundir, stopFile } = host()
  expect(await execute(change(0, 1))).toEqual({ outcome: 'done', before: 0, after: 1 })
  make()
  const record = join(rundir, 'kvminfo/changes/host')
  expect(readFileSync(record, 'utf8')).toBe('virtual functions 0000-01-00-0 was 0 set 1\n')
  writeFileSync(stopFile, 'why\n')
  expect(await execute(reversed(change(0, 1)), create())).toMatchObject({ outcome: 'done', after: 0 })
  expect([count(), existsSync(record)]).toEqual(['0', false])
})

test.each([
  ['more than the device can have', 0, change(0, 5), '4 virtual functions'],
  ['others than there are', 2, change(2, 3), 'only from none'],
  ['none, unless it has made them', 2, change(2, 0), 'to undo'],
])('refuses %s', async (_, now, operation, reason) => {
  const { execute, set, count } = host()
  set(now)
  expect(await execute(operation)).toMatchObject({
    outcome: 'refused',
    reason: expect.stringContaining(reason),
  })
  expect(count()).toBe(String(now))
})

test('refuses a device that is in a VM', async () => {
  const { execute, setDriver } = host()
  setDriver(disk, 'vfio-pci')
  expect(await execute(change(0, 1))).toMatchObject({ outcome: 'refused' })
})

test('does not remove functions that a VM or the host uses', async () => {
  const { execute, make, count, setDriver, path, addBlock, sysfs } = host()
  await execute(change(0, 1))
  make()
  setDriver(first, 'vfio-pci')
  const remove = () => execute(reversed(change(0, 1)))
  expect(await remove()).toMatchObject({
    outcome: 'failed',
    reason: expect.stringContaining(`${first} is in a VM`),
  })
  setDriver(first, 'nvme')
  addBlock(path(first, 'nvme/nvme1'), 'nvme1n1', '259:2')
  mkdirSync(join(sysfs, 'class/block/nvme1n1/holders/dm-0'))
  expect(await remove()).toMatchObject({
    outcome: 'failed',
    reason: expect.stringContaining(`${first}: nvme1n1 is part of dm-0`),
  })
  expect(count()).toBe('1')
})

test.each(['0000:01:00.0/../0000:00:01.0', '../../../..'])('device %j is refused', async (device) => {
  const { actuator } = host()
  const operation = { ...change(0, 1), device }
  expect(await actuator.answer({ do: 'read', operation })).toMatchObject({ outcome: 'refused' })
})
