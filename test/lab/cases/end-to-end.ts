// Guests cause exits, the module counts them, the exporter serves the counts, and a real Prometheus scrapes them.
// Prometheus's answers equal the guests' own numbers, to the last exit.

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { insmod, rmmod } from './kvminfo/kernel-modules.ts'
import { until } from './kvminfo/until.ts'
import { endVms, kvmStatistic, startVm, type Vm } from './kvminfo/vm.ts'
import { type Exporter, startExporter } from './stack/exporter.ts'
import { type Prometheus, scraping, startPrometheus } from './stack/prometheus.ts'

let exporter: Exporter
let prometheus: Prometheus

before(async () => {
  exporter = await startExporter()
  // An emulated exporter needs up to a second to answer.
  prometheus = await startPrometheus(scraping(exporter, 2, 'lab'))
})

after(async () => {
  await prometheus.stop()
  await exporter.stop()
})

afterEach(endVms)

const label = (vm: Vm): string => `pid-${vm.pid}`

/** Waits until Prometheus's answer satisfies `holds`. The error contains its last answer. */
async function answers(query: string, holds: (value: number | undefined) => boolean): Promise<void> {
  let last: number | undefined
  await until(`${query} has the expected value`, async () => {
    last = await prometheus.value(query)
    return holds(last)
  }).catch((error: Error) => {
    throw new Error(`${error.message}; the last value is ${last}`)
  })
}

const is = (query: string, expected: number | undefined) => answers(query, (value) => value === expected)

test('every counter of several VMs equals what the guests did', async () => {
  const vms = await Promise.all([
    startVm('--out', '300', '--in', '200', '--pic', '150', '--mmio', '40', '--cpuid', '120', '--ud', '80'),
    startVm('--vcpus', '2', '--out', '100', '--pic', '500', '--ud', '7'),
    startVm('--vcpus', '4', '--in', '50', '--cpuid', '1000', '--signals', '20'),
  ])
  for (const vm of vms) {
    const selector = `{vm="${label(vm)}"}`
    const { io_num, exception_num, kvm_qemu_switch_num, signal_num } = vm.expect!
    await is(`kvminfo_vm_io_exits_total${selector}`, io_num)
    await is(`kvminfo_vm_exception_exits_total${selector}`, exception_num)
    await is(`kvminfo_vm_userspace_switches_total${selector}`, kvm_qemu_switch_num)
    await is(`kvminfo_vm_signal_returns_total${selector}`, signal_num)
    // At least, because page faults and host interrupts add exits to those that the guest makes on purpose.
    const kernel = `kvminfo_vm_kernel_switches_total${selector}`
    await answers(kernel, (value) => value! >= vm.expect!.kvm_vm_switch_num_min)
    await is(`sum(kvminfo_vm_exits_by_reason_total${selector}) - sum(${kernel})`, kvm_qemu_switch_num)
  }
  await is(`kvminfo_vm_exits_by_reason_total{vm="${label(vms[0]!)}",reason="cpuid"}`, 120)
  await is(`kvminfo_vm_vcpus{vm="${label(vms[2]!)}"}`, 4)
  await is('kvminfo_source_active{fact="exits",source="module"}', 1)
  await is('min(kvminfo_scrape_collector_success)', 1)
  await Promise.all(vms.map((vm) => vm.end()))
  await is('count(kvminfo_vm_info)', undefined)
})

test('Prometheus sees a reload of the module as a counter reset, never as a jump', async () => {
  const vm = await startVm('--rep', '0', '--out', '50', '--pic', '50')
  const userspace = `kvminfo_vm_userspace_switches_total{vm="${label(vm)}"}`
  await answers(userspace, (value) => value! > 1000)
  rmmod('kvminfo')
  await is('kvminfo_source_active{fact="exits",source="module"}', 0)
  insmod('kvminfo')
  await is('kvminfo_source_active{fact="exits",source="module"}', 1)
  await answers(`resets(${userspace}[5m])`, (value) => value! > 0)
  await answers(userspace, (value) => value! > 100)
  const counted = increase(await prometheus.samples(`${userspace}[5m]`))
  const made = kvmStatistic(vm.pid, 'fpu_reload')
  assert.ok(counted > 100 && counted <= made, `Prometheus has counted ${counted} of ${made} userspace exits`)
})

/** What increase() computes, without its extrapolation: if a value decreases, the counter restarted at zero. */
function increase(samples: readonly number[]): number {
  return samples.slice(1).reduce((sum, value, at) => {
    const before = samples[at]!
    return sum + (value < before ? value : value - before)
  }, 0)
}
