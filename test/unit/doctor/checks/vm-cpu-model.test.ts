import { expect, test } from 'vitest'
import { vmCpuModel } from '../../../../src/doctor/checks/vm-cpu-model.ts'
import { diagnosedVm } from '../../../helpers/doctor-host.ts'

test.each(['host', 'max', 'Skylake-Server', 'EPYC-v4', 'kvm64-like'])('%s is well', async (cpuModel) => {
  expect(await diagnosedVm(vmCpuModel, { tuning: { cpuModel } })).toEqual([])
})

test.each(['qemu64', 'kvm64', 'qemu32', 'qemu64-v1'])('%s', async (cpuModel) => {
  expect(await diagnosedVm(vmCpuModel, { tuning: { cpuModel } })).toEqual([
    `warning: its CPU model is ${cpuModel}`,
  ])
})

test('no model is the default of QEMU, on x86', async () => {
  const tuning = { cpuModel: undefined }
  expect(await diagnosedVm(vmCpuModel, { tuning })).toEqual([
    'warning: its CPU model is the default of QEMU, qemu64',
  ])
  expect(await diagnosedVm(vmCpuModel, { tuning, program: () => '/usr/bin/qemu-system-aarch64' })).toEqual([])
})
