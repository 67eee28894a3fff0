import { expect, test } from 'vitest'
import { cStates } from '../../../../src/doctor/checks/c-states.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

const state = (number: number, name: string, latency: number, disable = 0) => ({
  [`/sys/devices/system/cpu/cpu0/cpuidle/state${number}/name`]: `${name}\n`,
  [`/sys/devices/system/cpu/cpu0/cpuidle/state${number}/latency`]: `${latency}\n`,
  [`/sys/devices/system/cpu/cpu0/cpuidle/state${number}/disable`]: `${disable}\n`,
})
const light = { ...state(0, 'POLL', 0), ...state(1, 'C1', 99) }

test('light idle states are well, and deep ones that are off', async () => {
  expect(await diagnosed(cStates, hostWith({ ...light, ...state(2, 'C6', 133, 1) }))).toEqual([])
})

test('names the deep ones', async () => {
  const host = hostWith({ ...light, ...state(2, 'C3', 100), ...state(3, 'C6', 133) })
  expect(await diagnosed(cStates, host)).toEqual([
    'notice: idle CPUs may sleep deeply (C3 100 µs, C6 133 µs)',
  ])
})

test('a host that does not choose idle states', async () => {
  expect(await diagnosed(cStates, hostWith({}))).toEqual([
    'not checked: the kernel of this host does not choose idle states',
  ])
})
