// Every case of the lab on every kernel that it is for: what FILE asserts inside is the test.

import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { KernelLine } from './kernels.ts'
import { passes } from './passes.ts'

const kernels: KernelLine[] = ['6.1', '6.12']

const cases = [
  'exact-counts.ts',
  'load-order.ts',
  'no-btf.ts',
  'unload-under-load.ts',
  'short-lived.ts',
  'taskinfo.ts',
  'end-to-end.ts',
  'fallback.ts',
]

// All in one concurrent suite, the longest first: what follows takes the core beside it.
describe.concurrent('the lab', () => {
  // Five minutes of it are the range of the rates that the shipped rules look at.
  test('Linux 6.1 closed-path.ts', async () => {
    await passes('closed-path.ts', { kernel: '6.1', cpus: 1, timeoutSeconds: 850 })
  })

  // One CPU for what runs real QEMU: see Hardware.cpus in qemu.ts.
  test.each(['qemu-statistics.ts', 'dashboards.ts'])('Linux 6.1 %s', async (name) => {
    await passes(name, { kernel: '6.1', cpus: 1 })
  })

  test.each(kernels)('Linux %s devices.ts', async (kernel) => {
    await passes('devices.ts', { kernel, cpus: 1 })
  })

  // systemd, not the kernel, is what it adds.
  test('Linux 6.1 service.sh', async () => {
    await passes('service.sh', { kernel: '6.1' })
  })

  test.each(kernels.flatMap((kernel) => cases.map((name) => [kernel, name] as const)))(
    'Linux %s %s',
    async (kernel, name) => {
      await passes(name, { kernel })
    },
  )

  // What preemption could break: probes, the data of a thread, and taking them away.
  test.each(['exact-counts.ts', 'unload-under-load.ts'])('Linux 6.1 with PREEMPT_RT %s', async (name) => {
    await passes(name, { kernel: '6.1-rt' })
  })

  test.each(kernels)('Linux %s smoke.sh', async (kernel) => {
    const result = await passes('smoke.sh', { kernel, args: ['an argument', ''] })
    expect(result.output).toContain('bytes: a\0b\r\n')
    expect(existsSync(join(result.out, 'result'))).toBe(true)
    expect(existsSync(join(import.meta.dirname, '..', '..', 'stray'))).toBe(false)
    await rm(result.out, { recursive: true })
  })
})
