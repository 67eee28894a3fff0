// The modules on kernels that check themselves while they run: memory, locks and RCU (sid-kasan), races (sid-kcsan). The
// lab fails a case if the kernel complains. The first run builds each kernel, which takes a quarter of an hour or more.

import { beforeAll, describe, test } from 'vitest'
import { unpackedKernel } from '../kernels.ts'
import { passes } from '../passes.ts'

const kernels = ['sid-kasan', 'sid-kcsan'] as const

/** These kernels are several times slower than a stock one. */
const timeoutSeconds = 1700
/** With the boot, and the wait for other labs. */
const testMs = 2 * timeoutSeconds * 1000
/** Half an hour of CPU time for each kernel, on a machine that may be busy. */
const buildMs = 4 * 3600 * 1000

const cases = ['exact-counts.ts', 'unload-under-load.ts', 'load-order.ts', 'short-lived.ts', 'taskinfo.ts']

describe('debug-kernel', { timeout: testMs }, () => {
  beforeAll(async () => {
    for (const kernel of kernels) await unpackedKernel(kernel)
  }, buildMs)

  test.each(kernels.flatMap((kernel) => cases.map((name) => [kernel, name] as const)))(
    'Linux %s %s',
    async (kernel, name) => {
      await passes(name, { kernel, timeoutSeconds })
    },
  )

  test.each(kernels)('Linux %s ten minutes of random reads', async (kernel) => {
    await passes('hostile-readers.ts', { kernel, timeoutSeconds, args: ['600'] })
  })

  test('Linux sid-kasan allocations that fail', async () => {
    await passes('failing-allocations.ts', { kernel: 'sid-kasan', timeoutSeconds })
  })

  test('Linux sid-kasan two thousand VMs', async () => {
    await passes('many-vms.ts', { kernel: 'sid-kasan', timeoutSeconds, args: ['2000'] })
  })
})
