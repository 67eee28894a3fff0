// A whole Linux as the guest, on emulated devices and on virtio.

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runInLab } from '../run-in-lab.ts'

test.each(['6.1', '6.12'] as const)('linux-guest.sh on Linux %s', async (kernel) => {
  const file = join(import.meta.dirname, '..', 'cases', 'linux-guest.sh')
  const result = await runInLab(file, { kernel, cpus: 1, timeoutSeconds: 600 })
  expect(result.code, result.output + result.reason).toBe(0)
})
