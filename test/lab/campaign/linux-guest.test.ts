// A complete Linux as the guest, on emulated devices and on virtio.

import { test } from 'vitest'
import { passes } from '../passes.ts'

test.each(['6.1', '6.12'] as const)('linux-guest.sh on Linux %s', async (kernel) => {
  await passes('linux-guest.sh', { kernel, cpus: 1, timeoutSeconds: 600 })
})
