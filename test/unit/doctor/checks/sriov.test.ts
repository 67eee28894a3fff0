import { expect, test } from 'vitest'
import { sriov } from '../../../../src/doctor/checks/sriov.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

const device = (address: string, kind: string, total: number, used: number) => ({
  [`/sys/bus/pci/devices/${address}/class`]: `${kind}\n`,
  [`/sys/bus/pci/devices/${address}/sriov_totalvfs`]: `${total}\n`,
  [`/sys/bus/pci/devices/${address}/sriov_numvfs`]: `${used}\n`,
})

test.each([
  ['that uses its functions', device('0000:01:00.0', '0x020000', 8, 4)],
  ['that can have none', device('0000:01:00.0', '0x020000', 0, 0)],
  ['that is no NIC', device('0000:02:00.0', '0x010802', 32, 0)],
  ['without SR-IOV', { '/sys/bus/pci/devices/0000:01:00.0/class': '0x020000\n' }],
])('a device %s', async (_, files) => {
  expect(await diagnosed(sriov, hostWith(files))).toEqual([])
})

test('a NIC that has no functions yet', async () => {
  const host = hostWith({
    ...device('0000:01:00.0', '0x020000', 8, 0),
    ...device('0000:01:00.1', '0x020000', 8, 8),
  })
  expect(await diagnosed(sriov, host)).toEqual([
    'notice: the NIC 0000:01:00.0 could have 8 virtual functions, and has none',
  ])
})
