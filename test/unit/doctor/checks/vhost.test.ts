import { expect, test } from 'vitest'
import { vhost } from '../../../../src/doctor/checks/vhost.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

test('a host with vhost-net', async () => {
  expect(await diagnosed(vhost, hostWith({ '/sys/class/misc/vhost-net/dev': '10:238\n' }))).toEqual([])
})

test('a host without it', async () => {
  expect(await diagnosed(vhost, hostWith({}))).toEqual(['warning: vhost-net is not loaded'])
})
