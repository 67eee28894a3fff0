import { expect, test } from 'vitest'
import { clocksource } from '../../../../src/doctor/checks/clocksource.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

const clock = (current: string, available: string) => ({
  '/sys/devices/system/clocksource/clocksource0/current_clocksource': `${current}\n`,
  '/sys/devices/system/clocksource/clocksource0/available_clocksource': `${available} \n`,
})

test.each(['tsc', 'kvm-clock', 'arch_sys_counter'])('%s is well', async (current) => {
  expect(await diagnosed(clocksource, hostWith(clock(current, 'tsc hpet acpi_pm')))).toEqual([])
})

test('a device as the clock, with the command if the TSC can be used', async () => {
  const host = hostWith(clock('hpet', 'tsc hpet acpi_pm'))
  expect(await diagnosed(clocksource, host)).toEqual([
    'warning: the clock of the host is hpet, and not the TSC',
  ])
  expect(clocksource.examine(host)).toMatchObject([{ fix: [expect.stringContaining('echo tsc >')] }])
  expect(clocksource.examine(hostWith(clock('hpet', 'hpet acpi_pm')))).toMatchObject([
    { fix: [expect.stringContaining('dmesg')] },
  ])
})
