// The cases about the modules on the kernels, and on the ways to run Intel's KVM, that `npm test` leaves out.

import { describe, test } from 'vitest'
import type { KernelLine } from '../kernels.ts'
import { passes } from '../passes.ts'
import { assertAllExact } from '../vendors.ts'

/** How many VMs vendors.sh starts, with no and with two parameters. */
const [vms, moreVms] = [9, 11]

/** The cases about the modules that `npm test` runs only on 6.1. */
const cases = ['load-order.ts', 'no-btf.ts', 'short-lived.ts', 'taskinfo.ts', 'fallback.ts'] as const

describe.concurrent('the lab', () => {
  test.each(
    (['5.10', '6.12', 'sid'] as const).flatMap((kernel) => cases.map((name) => [kernel, name] as const)),
  )('Linux %s %s', async (kernel, name) => {
    await passes(name, { kernel })
  })

  test.each(['smoke.sh', 'end-to-end.ts'])('Linux 6.12 %s', async (name) => {
    await passes(name, { kernel: '6.12' })
  })

  test('Linux 6.12 devices.ts', async () => {
    await passes('devices.ts', { kernel: '6.12', cpus: 1 })
  })

  test('ten thousand VMs on Linux 6.1', async () => {
    await passes('many-vms.ts', { kernel: '6.1', timeoutSeconds: 1700 })
  })

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

  test('Intel counts exactly on a newer CPU, and with mitigations', async () => {
    const options = { vendor: 'intel', model: 'corei7_skylake_x', mitigations: true } as const
    const { output } = await passes('vendors.sh', options)
    assertAllExact(output, 'vmx', vms)
  })

  test('Intel counts exactly without unrestricted guests and without EPT', async () => {
    const args = ['unrestricted_guest=0', 'ept=0']
    const { output } = await passes('vendors.sh', { vendor: 'intel', args })
    assertAllExact(output, 'vmx', moreVms)
  })
})
