import { expect, test } from 'vitest'
import { vmMachineType } from '../../../../src/doctor/checks/vm-machine-type.ts'
import { diagnosedVm } from '../../../helpers/doctor-host.ts'

test.each([undefined, 'q35', 'microvm', 'pc-q35-rhel9.4.0', 'pc-q35-9.0', 'pc-i440fx-10.1', 'virt-11.0'])(
  '%s is well',
  async (machine) => {
    expect(await diagnosedVm(vmMachineType, { vm: { machine } })).toEqual([])
  },
)

test.each([
  ['pc-q35-8.2', 'notice: its machine type pc-q35-8.2 is deprecated'],
  ['pc-q35-6.0', 'notice: its machine type pc-q35-6.0 is deprecated'],
  ['pc-q35-5.2', 'warning: its machine type pc-q35-5.2 is removed from current QEMU'],
  ['pc-1.0', 'warning: its machine type pc-1.0 is removed from current QEMU'],
])('%s', async (machine, finding) => {
  expect(await diagnosedVm(vmMachineType, { vm: { machine } })).toEqual([finding])
})
