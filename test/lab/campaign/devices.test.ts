// Devices and libvirt on the kernel that npm test leaves out.

import { test } from 'vitest'
import { passes } from '../passes.ts'

test('devices.ts on Linux 6.1', async () => {
  await passes('devices.ts', { kernel: '6.1', cpus: 1, timeoutSeconds: 800 })
})
