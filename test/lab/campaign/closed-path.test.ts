// From a VM's exits to the webhook, by the deployed configuration of Prometheus and Alertmanager.

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runInLab } from '../run-in-lab.ts'

test('closed-path.ts', async () => {
  const file = join(import.meta.dirname, '..', 'cases', 'closed-path.ts')
  // One CPU, as all that run real QEMU for longer (Hardware.cpus in qemu.ts).
  const result = await runInLab(file, { kernel: '6.1', cpus: 1, timeoutSeconds: 500 })
  expect(result.code, result.output + result.reason).toBe(0)
})
