// The cases about the modules on the kernels, and on the ways to run Intel's KVM, that `npm test` leaves out.

import { rm } from 'node:fs/promises'
import { describe, test } from 'vitest'
import type { KernelLine } from '../kernels.ts'
import { passes } from '../passes.ts'
import { assertAllExact } from '../vendors.ts'

/** How many VMs vendors.sh starts, with no and with two parameters. */
const [vms, moreVms] = [9, 11]

/** The cases about the modules that `npm test` runs only on 6.1. */
const cases = ['load-order.ts', 'short-lived.ts', 'taskinfo.ts', 'fallback.ts'] as const

describe.concurrent('the lab', () => {
  test.each(
    (['5.10', '6.12', 'sid'] as const).flatMap((kernel) => cases.map((name) => [kernel, name] as const)),
  )('Linux %s %s', async (kernel, name) => {
    await passes(name, { kernel })
  })

  // Linux 5.10 gives the exit code in the tracepoint, so the module needs no BTF there.
  test.each(['6.12', 'sid'] as const)('Linux %s no-btf.ts', async (kernel) => {
    await passes('no-btf.ts', { kernel })
  })

  test('Linux 6.12 smoke.sh', async () => {
    const { out } = await passes('smoke.sh', { kernel: '6.12', args: ['an argument', ''] })
    await rm(out, { recursive: true })
  })

  test('Linux 6.12 end-to-end.ts', async () => {
    await passes('end-to-end.ts', { kernel: '6.12' })
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
