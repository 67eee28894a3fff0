// Guests exit, the module counts, the exporter serves, a real Prometheus scrapes: its answers are the guests' own
// numbers, to the last exit.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { insmod, rmmod } from './kvminfo/kernel-modules.ts'
import { until } from './kvminfo/until.ts'
import { startVm, type Vm } from './kvminfo/vm.ts'
import { type Exporter, startExporter } from './stack/exporter.ts'
import { type Prometheus, startPrometheus } from './stack/prometheus.ts'

let exporter: Exporter
let prometheus: Prometheus

before(async () => {
  exporter = await startExporter()
  prometheus = await startPrometheus(exporter.url)
})

after(async () => {
  await prometheus.stop()
  await exporter.stop()
})

const label = (vm: Vm): string => `pid-${vm.pid}`

/** Waits for Prometheus to answer `expected`; its last answer is in the error. */
async function answers(query: string, expected: number | undefined): Promise<void> {
  let last: number | undefined
  await until(`${query} is ${expected}`, async () => {
    last = await prometheus.value(query)
    return last === expected
  }).catch((error: Error) => {
    throw new Error(`${error.message}, but ${last}`)
  })
}

test('every counter of several VMs at once is what the guests did', async () => {
  const vms = await Promise.all([
    startVm('--out', '300', '--in', '200', '--pic', '150', '--mmio', '40', '--cpuid', '120', '--ud', '80'),
    startVm('--vcpus', '2', '--out', '100', '--pic', '500', '--ud', '7'),
    startVm('--vcpus', '4', '--in', '50', '--cpuid', '1000', '--signals', '20'),
  ])
  for (const vm of vms) {
    const selector = `{vm="${label(vm)}"}`
    const { io_num, exception_num, kvm_qemu_switch_num, signal_num } = vm.expect!
    await answers(`kvminfo_vm_io_exits_total${selector}`, io_num)
    await answers(`kvminfo_vm_exception_exits_total${selector}`, exception_num)
    await answers(`kvminfo_vm_userspace_switches_total${selector}`, kvm_qemu_switch_num)
    await answers(`kvminfo_vm_signal_returns_total${selector}`, signal_num)
    // Page faults and host interrupts come on top of what the guest did on purpose.
    const kernel = (await prometheus.value(`kvminfo_vm_kernel_switches_total${selector}`))!
    assert.ok(kernel >= vm.expect!.kvm_vm_switch_num_min, `${kernel} exits handled in KVM`)
    await answers(`sum(kvminfo_vm_exits_by_reason_total${selector})`, kernel + kvm_qemu_switch_num)
  }
  await answers(`kvminfo_vm_exits_by_reason_total{vm="${label(vms[0]!)}",reason="cpuid"}`, 120)
  await answers(`kvminfo_vm_vcpus{vm="${label(vms[2]!)}"}`, 4)
  await answers('kvminfo_source_active{fact="exits",source="module"}', 1)
  await answers('min(kvminfo_scrape_collector_success)', 1)
  await Promise.all(vms.map((vm) => vm.end()))
  await answers('count(kvminfo_vm_info)', undefined)
})

test('a reload of the module is a reset to Prometheus, not a jump', async () => {
  const vm = await startVm('--out', '1000')
  const userspace = `kvminfo_vm_userspace_switches_total{vm="${label(vm)}"}`
  await answers(userspace, vm.expect!.kvm_qemu_switch_num)
  rmmod('kvminfo')
  await answers('kvminfo_source_active{fact="exits",source="module"}', 0)
  insmod('kvminfo')
  await answers('kvminfo_source_active{fact="exits",source="module"}', 1)
  assert.equal(await prometheus.value(`increase(${userspace}[1m])`), 0)
  await vm.end()
})
