import { expect, test } from 'vitest'
import { realtimeLimits } from '../../../../src/doctor/checks/realtime-limits.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

test.each([
  ['0', ['warning: real-time tasks may not run at all (sched_rt_runtime_us is 0)']],
  ['-1', ['notice: real-time tasks have no limit (sched_rt_runtime_us is -1)']],
  ['950000', []],
])('sched_rt_runtime_us=%s', async (us, findings) => {
  const host = hostWith({ '/proc/sys/kernel/sched_rt_runtime_us': `${us}\n` })
  expect(await diagnosed(realtimeLimits, host)).toEqual(findings)
})

test('a kernel without a limit to set', async () => {
  expect(await diagnosed(realtimeLimits, hostWith({}))).toEqual([])
})
