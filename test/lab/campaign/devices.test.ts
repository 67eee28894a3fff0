// Emulated devices against virtio under libvirt, on the metrics.

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runInLab } from '../run-in-lab.ts'

test.each(['6.1', '6.12'] as const)('devices.ts on Linux %s', async (kernel) => {
  const file = join(import.meta.dirname, '..', 'cases', 'devices.ts')
  const result = await runInLab(file, { kernel, cpus: 1, timeoutSeconds: 800 })
  expect(result.code, result.output + result.reason).toBe(0)
})
