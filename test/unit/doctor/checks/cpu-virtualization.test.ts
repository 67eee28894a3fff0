import { expect, test } from 'vitest'
import { cpuVirtualization } from '../../../../src/doctor/checks/cpu-virtualization.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

const cpuinfo = (flags: string) => ({ '/proc/cpuinfo': `processor\t: 0\nflags\t\t: fpu ${flags} sse\n` })

test.each(['vmx', 'svm'])('a CPU with %s is well', async (flag) => {
  expect(await diagnosed(cpuVirtualization, hostWith(cpuinfo(flag)))).toEqual([])
})

test('a CPU without is critical', async () => {
  expect(await diagnosed(cpuVirtualization, hostWith(cpuinfo('svml vmx_flags')))).toEqual([
    'critical: the CPU offers neither VT-x (vmx) nor AMD-V (svm)',
  ])
})

test('KVM that needs none of them is only worth a notice', async () => {
  const host = hostWith({ ...cpuinfo(''), '/sys/module/kvm_pvm/': '' })
  expect(await diagnosed(cpuVirtualization, host)).toEqual([
    'notice: KVM runs guests without hardware virtualization (kvm_pvm)',
  ])
})

test('other architectures list no such flag', async () => {
  const host = hostWith({ '/proc/cpuinfo': 'processor\t: 0\nFeatures\t: fp asimd\n' })
  expect(await diagnosed(cpuVirtualization, host)).toEqual([])
})

test('without /proc/cpuinfo nothing is known', async () => {
  expect(await diagnosed(cpuVirtualization, hostWith({}))).toEqual([
    'not checked: cannot read /proc/cpuinfo: no such file or directory (ENOENT)',
  ])
})
