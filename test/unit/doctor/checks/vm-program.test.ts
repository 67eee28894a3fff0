import { expect, test } from 'vitest'
import { vmProgram } from '../../../../src/doctor/checks/vm-program.ts'
import { diagnosedVm } from '../../../helpers/doctor-host.ts'

test('the QEMU that is installed', async () => {
  expect(await diagnosedVm(vmProgram, {})).toEqual([])
})

test('a QEMU that an upgrade has replaced', async () => {
  expect(await diagnosedVm(vmProgram, { program: () => '/usr/bin/qemu-system-x86_64 (deleted)' })).toEqual([
    'notice: it runs a replaced qemu-system-x86_64',
  ])
})
