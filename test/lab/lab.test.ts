// Every case of the lab on every kernel that it is for: what FILE asserts inside is the test.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { KernelLine } from './kernels.ts'
import { type LabOptions, runInLab } from './run-in-lab.ts'

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

describe.each(kernels)('Linux %s', (kernel) => {
  test('smoke.sh', async () => {
    const result = await run('smoke.sh', { kernel, args: ['an argument', ''] })
    expect(result.code, result.output + result.reason).toBe(0)
    expect(result.output).toContain('bytes: a\0b\r\n')
    expect(existsSync(join(result.out, 'result'))).toBe(true)
    expect(existsSync(join(import.meta.dirname, '..', '..', 'stray'))).toBe(false)
  })

  test.each(cases)('%s', async (name) => {
    const result = await run(name, { kernel })
    expect(result.code, result.output + result.reason).toBe(0)
  })
})

// systemd, not the kernel, is what it adds.
test('Linux 6.1 service.sh', async () => {
  const result = await run('service.sh', { kernel: '6.1' })
  expect(result.code, result.output + result.reason).toBe(0)
})

// What preemption could break: probes, their data per thread, and taking them away.
test.each(['exact-counts.ts', 'unload-under-load.ts'])('Linux 6.1 with PREEMPT_RT %s', async (name) => {
  const result = await run(name, { kernel: '6.1-rt' })
  expect(result.code, result.output + result.reason).toBe(0)
})

function run(name: string, options: LabOptions): ReturnType<typeof runInLab> {
  return runInLab(join(import.meta.dirname, 'cases', name), { timeoutSeconds: 500, ...options })
}
