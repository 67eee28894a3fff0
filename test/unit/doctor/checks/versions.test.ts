import { expect, test } from 'vitest'
import { outdated, versions } from '../../../../src/doctor/checks/versions.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

const found = (libvirt: readonly number[] | undefined, QEMU: readonly number[] | undefined) =>
  outdated({ libvirt, QEMU }).map(({ severity, what }) => `${severity}: ${what}`)

test('versions with statistics are well, and unknown ones', () => {
  expect(found([8, 9, 0], [7, 1, 0])).toEqual([])
  expect(found([10, 0], [10, 0])).toEqual([])
  expect(found(undefined, undefined)).toEqual([])
})

test('versions without statistics', () => {
  expect(found([8, 8, 0], [7, 0, 9])).toEqual([
    'notice: libvirt 8.8.0 is older than 8.9',
    'notice: QEMU 7.0.9 is older than 7.1',
  ])
})

test('versions that nobody maintains', () => {
  expect(found([5, 10, 0], [4, 2, 1])).toEqual([
    'warning: libvirt 5.10.0 is no longer maintained',
    'warning: QEMU 4.2.1 is no longer maintained',
  ])
})

test('without libvirt nobody says them', async () => {
  expect(await diagnosed(versions, hostWith({}))).toEqual([
    'not checked: no libvirt runs: libvirt/libvirt-sock-ro and libvirt/virtqemud-sock-ro are missing in /run',
  ])
})
