// Runs the cases of the lab on Linux 6.1, and on the oldest and the newest kernels what they could break. The campaign
// has the rest. The assertions are in the cases themselves.

import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { passes } from './passes.ts'
import { assertAllExact, assertSameReasons } from './vendors.ts'

/** How many VMs vendors.sh starts. */
const vendorsVms = 9

const cases = [
  'exact-counts.ts',
  'load-order.ts',
  'no-btf.ts',
  'unload-under-load.ts',
  'short-lived.ts',
  'taskinfo.ts',
  'end-to-end.ts',
  'fallback.ts',
  // On one kernel only, because it tests systemd and not the kernel.
  'service.sh',
]

// All in one concurrent suite with the longest case first, so that the others use the second core meanwhile.
describe.concurrent('the lab', () => {
  // It takes more than five minutes, because the rates in the shipped rules have a range of five minutes.
  test('Linux 6.1 closed-path.ts', async () => {
    await passes('closed-path.ts', { kernel: '6.1', cpus: 1, timeoutSeconds: 850 })
  })

  // One CPU for cases that run real QEMU: see Hardware.cpus in qemu.ts.
  const realQemu = ['dashboards.ts', 'qemu-statistics.ts', 'devices.ts', 'costly-devices.ts', 'doctor.ts']
  test.each(realQemu)('Linux 6.1 %s', async (name) => {
    await passes(name, { kernel: '6.1', cpus: 1 })
  })

  test('Intel and AMD count the same exits, on Linux 6.1', async () => {
    const [amd, intel] = await Promise.all([
      passes('vendors.sh', { kernel: '6.1', cpus: 1 }),
      passes('vendors.sh', { kernel: '6.1', vendor: 'intel' }),
    ])
    assertAllExact(amd.output, 'svm', vendorsVms)
    assertAllExact(intel.output, 'vmx', vendorsVms)
    assertSameReasons(amd.output, intel.output)
  })

  test('Intel counts exactly on the newest Linux', async () => {
    const { output } = await passes('vendors.sh', { kernel: 'sid', vendor: 'intel' })
    assertAllExact(output, 'vmx', vendorsVms)
  })

  test.each(cases)('Linux 6.1 %s', async (name) => {
    await passes(name, { kernel: '6.1' })
  })

  const counting = ['exact-counts.ts', 'unload-under-load.ts']
  test.each(
    (['5.10', '6.12', 'sid'] as const).flatMap((kernel) => counting.map((name) => [kernel, name] as const)),
  )('Linux %s %s', async (kernel, name) => {
    await passes(name, { kernel })
  })

  // The cases that preemption could break: probes, a thread's data, and removing them.
  test.each(['exact-counts.ts', 'unload-under-load.ts'])('Linux 6.1 with PREEMPT_RT %s', async (name) => {
    await passes(name, { kernel: '6.1-rt' })
  })

  test('Linux 6.1 smoke.sh', async () => {
    const result = await passes('smoke.sh', { kernel: '6.1', args: ['an argument', ''] })
    expect(result.output).toContain('bytes: a\0b\r\n')
    expect(existsSync(join(result.out, 'result'))).toBe(true)
    expect(existsSync(join(import.meta.dirname, '..', '..', 'stray'))).toBe(false)
    await rm(result.out, { recursive: true })
  })
})
