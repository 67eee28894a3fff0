import { expect, test } from 'vitest'
import { nestedPaging } from '../../../../src/doctor/checks/nested-paging.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

test.each([
  ['kvm_intel', 'ept', 'Y'],
  ['kvm_amd', 'npt', 'Y'],
  ['kvm_amd', 'npt', '1'],
])('%s with %s=%s is well', async (module, parameter, value) => {
  const host = hostWith({ [`/sys/module/${module}/parameters/${parameter}`]: `${value}\n` })
  expect(await diagnosed(nestedPaging, host)).toEqual([])
})

test('shadow page tables are critical', async () => {
  const host = hostWith({ '/sys/module/kvm_intel/parameters/ept': 'N\n' })
  expect(await diagnosed(nestedPaging, host)).toEqual([
    'critical: kvm_intel runs without nested page tables (ept=N)',
  ])
})

test('without a KVM of x86 it cannot be checked', async () => {
  expect(await diagnosed(nestedPaging, hostWith({}))).toEqual([
    'not checked: neither kvm_intel nor kvm_amd is loaded',
  ])
})
