// Without the module, the exporter uses KVM's own statistics from debugfs. Two exporters watch the same VMs; one of them
// cannot see the module. For these guests, which do not run in QEMU, both report the same, to the last exit.

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { until } from './kvminfo/until.ts'
import { endVms, startVm } from './kvminfo/vm.ts'
import { type Exporter, startExporter } from './stack/exporter.ts'

const counters = ['io_exits', 'kernel_switches', 'userspace_switches', 'signal_returns']

let withModule: Exporter
let without: Exporter

before(async () => {
  const hideModule = 'mount --bind /dev/null /proc/kvminfo && exec "$@"'
  withModule = await startExporter()
  without = await startExporter({ port: 9766, wrapper: ['unshare', '--mount', 'sh', '-c', hideModule, 'sh'] })
})

after(async () => {
  await without.stop()
  await withModule.stop()
})

afterEach(endVms)

test('the statistics agree with the module', async () => {
  // Before the VMs start, because counts from statistics begin at zero if a VM was already running at the first sample.
  const samples = await without.samples()
  assert.equal(samples.get('kvminfo_source_active{fact="exits",source="debugfs"}'), 1)
  assert.equal(samples.get('kvminfo_source_active{fact="exits",source="module"}'), 0)
  const vms = await Promise.all([
    startVm('--out', '300', '--in', '200', '--pic', '150', '--mmio', '40', '--cpuid', '120', '--ud', '80'),
    startVm('--vcpus', '2', '--out', '100', '--pic', '500', '--ud', '7'),
    startVm('--vcpus', '4', '--in', '50', '--cpuid', '1000', '--signals', '20'),
    startVm('--vcpus', '2', '--out', '2000', '--pic', '3000', '--hlt', '5'),
  ])
  for (const { pid, expect } of vms) {
    const label = `vm="pid-${pid}"`
    const last = `kvminfo_vm_signal_returns_total{${label}}`
    await until(`both know pid-${pid}`, async () =>
      (await Promise.all([withModule.samples(), without.samples()])).every((each) => each.has(last)),
    )
    const [module, statistics] = await Promise.all([withModule.samples(), without.samples()])
    const counts = (of: ReadonlyMap<string, number>) =>
      Object.fromEntries(counters.map((name) => [name, of.get(`kvminfo_vm_${name}_total{${label}}`)]))
    assert.deepEqual(counts(statistics), counts(module))
    assert.equal(counts(module).userspace_switches, expect!.kvm_qemu_switch_num)
    assert.equal(counts(module).signal_returns, expect!.signal_num)
    const vcpus = `kvminfo_vm_vcpus{${label}}`
    assert.equal(statistics.get(vcpus), module.get(vcpus))
    // KVM's statistics have no count of exceptions, and the exporter does not invent one.
    assert.equal(statistics.get(`kvminfo_vm_exception_exits_total{${label}}`), undefined)
  }
})
