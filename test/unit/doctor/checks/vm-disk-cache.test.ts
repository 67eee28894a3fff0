import { expect, test } from 'vitest'
import { vmDiskCache } from '../../../../src/doctor/checks/vm-disk-cache.ts'
import { diagnosedVm } from '../../../helpers/doctor-host.ts'

const disk = (cache: string | undefined) => ({
  device: 'virtio-disk0',
  target: 'vda',
  bus: 'virtio',
  cache,
  format: 'raw',
})

test.each([undefined, 'none', 'writeback'])('cache=%s is well', async (cache) => {
  expect(await diagnosedVm(vmDiskCache, { vm: { disks: [disk(cache)] } })).toEqual([])
})

test.each([
  ['unsafe', "critical: the disk vda ignores the guest's flushes (cache=unsafe)"],
  [
    'writethrough',
    'notice: each write to the disk vda waits until the data is on the medium (cache=writethrough)',
  ],
  [
    'directsync',
    'notice: each write to the disk vda waits until the data is on the medium (cache=directsync)',
  ],
])('cache=%s', async (cache, finding) => {
  expect(await diagnosedVm(vmDiskCache, { vm: { disks: [disk(cache)] } })).toEqual([finding])
})
