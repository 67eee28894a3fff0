import { expect, test } from 'vitest'
import { vmDiskAio } from '../../../../src/doctor/checks/vm-disk-aio.ts'
import { diagnosedVm } from '../../../helpers/doctor-host.ts'

const disk = (cache: string | undefined, format = 'raw') => ({
  ...{ device: 'virtio-disk0', target: 'vda', bus: 'virtio', cache, format },
})
const aio = (mode: string) => ({ aio: new Map([['virtio-disk0', mode]]) })
const threads = 'notice: the requests of the disk vda go through threads of QEMU (aio=threads)'

test.each([
  ['none', 'raw', aio('native')],
  ['directsync', 'raw', aio('io_uring')],
  ['writeback', 'raw', aio('threads')],
  ['none', 'qcow2', aio('threads')],
])('cache=%s, %s', async (cache, format, tuning) => {
  expect(await diagnosedVm(vmDiskAio, { vm: { disks: [disk(cache, format)] }, tuning })).toEqual([])
})

test('threads, stated or by default', async () => {
  const vm = { disks: [disk('none')] }
  expect(await diagnosedVm(vmDiskAio, { vm, tuning: aio('threads') })).toEqual([threads])
  expect(await diagnosedVm(vmDiskAio, { vm })).toEqual([threads])
})
