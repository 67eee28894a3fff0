import { expect, test } from 'vitest'
import { iommu } from '../../../../src/doctor/checks/iommu.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

test('a host with IOMMU groups', async () => {
  expect(await diagnosed(iommu, hostWith({ '/sys/kernel/iommu_groups/0/': '' }))).toEqual([])
})

test.each([
  ['GenuineIntel', 'intel_iommu=on iommu=pt'],
  ['AuthenticAMD', 'iommu=pt'],
])('a host of %s without them needs %s', async (vendor, parameter) => {
  const host = hostWith({ '/sys/kernel/iommu_groups/': '', '/proc/cpuinfo': `vendor_id\t: ${vendor}\n` })
  expect(await diagnosed(iommu, host)).toEqual(['notice: the IOMMU is off: there are no IOMMU groups'])
  expect(iommu.examine(host)).toMatchObject([
    { fix: [expect.anything(), expect.stringContaining(` ${parameter} `), expect.anything()] },
  ])
})
