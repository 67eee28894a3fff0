import { expect, test } from 'vitest'
import { cpuGovernor } from '../../../../src/doctor/checks/cpu-governor.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

const policy = (number: number, governor: string, driver: string, preference?: string) => ({
  [`/sys/devices/system/cpu/cpufreq/policy${number}/scaling_governor`]: `${governor}\n`,
  [`/sys/devices/system/cpu/cpufreq/policy${number}/scaling_driver`]: `${driver}\n`,
  ...(preference !== undefined && {
    [`/sys/devices/system/cpu/cpufreq/policy${number}/energy_performance_preference`]: `${preference}\n`,
  }),
})

test.each([
  ['performance', 'acpi-cpufreq', undefined],
  ['schedutil', 'acpi-cpufreq', undefined],
  ['powersave', 'intel_pstate', 'balance_performance'],
  ['powersave', 'amd-pstate-epp', 'performance'],
])('%s of %s is well', async (governor, driver, preference) => {
  expect(await diagnosed(cpuGovernor, hostWith(policy(0, governor, driver, preference)))).toEqual([])
})

test('one slow CPU is enough', async () => {
  const host = hostWith({
    ...policy(0, 'performance', 'acpi-cpufreq'),
    ...policy(10, 'powersave', 'acpi-cpufreq'),
  })
  expect(await diagnosed(cpuGovernor, host)).toEqual([
    'warning: CPUs run below their full frequency (powersave, always the lowest frequency)',
  ])
})

test('hardware that is told to save power', async () => {
  expect(await diagnosed(cpuGovernor, hostWith(policy(0, 'powersave', 'intel_pstate', 'power')))).toEqual([
    'warning: CPUs run below their full frequency (preference "power")',
  ])
})

test('a host whose firmware controls the frequency', async () => {
  expect(await diagnosed(cpuGovernor, hostWith({}))).toEqual([
    'not checked: the kernel does not control the frequency of the CPUs: the firmware or a hypervisor does',
  ])
})
