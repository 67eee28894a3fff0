// The cases about the modules on the kernels, and on the ways to run Intel's KVM, that `npm test` leaves out.

import { describe, test } from 'vitest'
import type { KernelLine } from '../kernels.ts'
import { passes } from '../passes.ts'
import { assertAllExact } from '../vendors.ts'

/** How many VMs vendors.sh starts, with no and with two parameters. */
const [vms, moreVms] = [9, 11]

const cases = [
  'exact-counts.ts',
  'unload-under-load.ts',
  'load-order.ts',
  'no-btf.ts',
  'short-lived.ts',
  'taskinfo.ts',
  'fallback.ts',
] as const

describe.concurrent('the lab', () => {
  test.each((['5.10', 'sid'] as const).flatMap((kernel) => cases.map((name) => [kernel, name] as const)))(
    'Linux %s %s',
    async (kernel, name) => {
      await passes(name, { kernel })
    },
  )

  test.each(['5.10', '6.1-rt', '6.12'] as KernelLine[])(
    'Intel counts exactly on Linux %s',
    async (kernel) => {
      const { output } = await passes('vendors.sh', { kernel, vendor: 'intel' })
      assertAllExact(output, 'vmx', vms)
    },
  )

  test('Intel counts exactly with two CPUs', async () => {
    const { output } = await passes('vendors.sh', { vendor: 'intel', cpus: 2 })
    assertAllExact(output, 'vmx', vms)
  })

  test('Intel counts exactly without unrestricted guests and without EPT', async () => {
    const args = ['unrestricted_guest=0', 'ept=0']
    const { output } = await passes('vendors.sh', { vendor: 'intel', args })
    assertAllExact(output, 'vmx', moreVms)
  })
})
