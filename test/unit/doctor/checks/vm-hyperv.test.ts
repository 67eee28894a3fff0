import { expect, test } from 'vitest'
import { vmHyperv } from '../../../../src/doctor/checks/vm-hyperv.ts'
import { diagnosedVm } from '../../../helpers/doctor-host.ts'

const all = ['relaxed', 'vapic', 'spinlocks', 'vpindex', 'time', 'synic', 'stimer']
const windows = { guestOs: 'http://microsoft.com/win/2k22' }
const with_ = (names: readonly string[]) => ({ enlightenments: new Set(names) })

test.each([
  ['a Windows guest with all of them', windows, with_([...all, 'ipi'])],
  ['a Windows guest that takes what KVM has', windows, with_(['passthrough'])],
  ['a guest of another system', { guestOs: 'http://debian.org/debian/12' }, { hasLocalTime: true }],
  ['a guest of which nothing is known', {}, {}],
])('%s', async (_, vm, tuning) => {
  expect(await diagnosedVm(vmHyperv, { vm, tuning })).toEqual([])
})

test('a Windows guest without any', async () => {
  expect(await diagnosedVm(vmHyperv, { vm: windows })).toEqual([
    `warning: a Windows guest lacks Hyper-V enlightenments: ${all.join(', ')}`,
  ])
})

test('a guest whose clock has local time is one of Windows', async () => {
  expect(await diagnosedVm(vmHyperv, { tuning: { hasLocalTime: true } })).toEqual([
    `warning: a Windows guest lacks Hyper-V enlightenments: ${all.join(', ')}`,
  ])
})

test('names what is missing', async () => {
  expect(
    await diagnosedVm(vmHyperv, { tuning: with_(['relaxed', 'vapic', 'spinlocks', 'vpindex']) }),
  ).toEqual(['notice: a Windows guest lacks Hyper-V enlightenments: time, synic, stimer'])
})
