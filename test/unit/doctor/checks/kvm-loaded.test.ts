import { expect, test } from 'vitest'
import { kvmLoaded } from '../../../../src/doctor/checks/kvm-loaded.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

test('a host with the device', async () => {
  expect(await diagnosed(kvmLoaded, hostWith({ '/sys/class/misc/kvm/dev': '10:232\n' }))).toEqual([])
})

test.each([
  ['svm', 'kvm_amd'],
  ['vmx', 'kvm_intel'],
  ['', 'kvm'],
])('a host without it and with the flag "%s" needs %s', async (flag, module) => {
  const host = hostWith({ '/proc/cpuinfo': `flags\t: fpu ${flag}\n` })
  expect(await diagnosed(kvmLoaded, host)).toEqual(['critical: KVM is not loaded: there is no device kvm'])
  expect(kvmLoaded.examine(host)).toMatchObject([{ fix: [`modprobe ${module}`, expect.anything()] }])
})
