// The modules on kernels that check themselves while they run: memory, locks and RCU (sid-kasan), races (sid-kcsan). The
// lab fails a case if the kernel complains. The first run builds each kernel, which takes a quarter of an hour or more.

import { describe, test } from 'vitest'
import { passes } from '../passes.ts'

/** These kernels are several times slower than a stock one. */
const timeoutSeconds = 1700

const cases = ['exact-counts.ts', 'unload-under-load.ts', 'load-order.ts', 'short-lived.ts', 'taskinfo.ts']

describe('debug-kernel', () => {
  test.each(
    (['sid-kasan', 'sid-kcsan'] as const).flatMap((kernel) => cases.map((name) => [kernel, name] as const)),
  )('Linux %s %s', async (kernel, name) => {
    await passes(name, { kernel, timeoutSeconds })
  })

  test.each(['sid-kasan', 'sid-kcsan'] as const)('Linux %s ten minutes of random reads', async (kernel) => {
    await passes('hostile-readers.ts', { kernel, timeoutSeconds, args: ['600'] })
  })

  test('Linux sid-kasan allocations that fail', async () => {
    await passes('failing-allocations.ts', { kernel: 'sid-kasan', timeoutSeconds })
  })

  test('Linux sid-kasan two thousand VMs', async () => {
    await passes('many-vms.ts', { kernel: 'sid-kasan', timeoutSeconds, args: ['2000'] })
  })
})
