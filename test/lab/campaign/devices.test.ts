// Devices and libvirt on the kernel that npm test leaves out.

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runInLab } from '../run-in-lab.ts'

test('devices.ts on Linux 6.1', async () => {
  const file = join(import.meta.dirname, '..', 'cases', 'devices.ts')
  const result = await runInLab(file, { kernel: '6.1', cpus: 1, timeoutSeconds: 800 })
  expect(result.code, result.output + result.reason).toBe(0)
})
