// A guest makes a known number of accesses to an IDE disk, a serial port and an e1000. The exporter counts each of them
// for its device, under the name that the metrics about devices have, and none for another one.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type FirmwareVm, startAccesses } from './firmware/vm.ts'
import { insmod, rmmod } from './kvminfo/kernel-modules.ts'
import { until } from './kvminfo/until.ts'
import { type Exporter, startExporter } from './stack/exporter.ts'

const name = 'costly'

/** What guests/devices.S accesses, and the names of its devices. */
const accesses = { 'ide0-hd0': 3000, serial0: 2000, net0: 1000, 'pci-config': 4 }

let exporter: Exporter
let guest: FirmwareVm
let samples: ReadonlyMap<string, number>

before(async () => {
  rmmod('kvminfo')
  insmod('kvminfo', 'devices=1', 'vcpus=1')
  exporter = await startExporter({ flags: ['--collector.vcpu_exits'] })
  // The counters of a VM that starts after a sample begin at the start of the VM.
  await exporter.samples()
  guest = startAccesses(name, '/run/costly.qmp')
  // The exporter asks QEMU every ten seconds at most, so the name of the e1000 may take so long.
  await until(
    'the last device has its name and all of its accesses',
    async () => {
      samples = await exporter.samples()
      return samples.get(`kvminfo_vm_device_exits_total{vm="${name}",device="net0"}`) === accesses.net0
    },
    1000,
  )
})

after(async () => {
  await guest.end()
  await exporter.stop()
})

/** The values of a metric of the VM, by the value of its last label. */
const valuesOf = (metric: string): Record<string, number> =>
  Object.fromEntries(
    [...samples]
      .filter(([sample]) => sample.startsWith(`${metric}{vm="${name}",`))
      .map(([sample, value]) => [/="([^"]*)"\}$/.exec(sample)![1]!, value]),
  )

const sum = (values: Record<string, number>): number => Object.values(values).reduce((a, b) => a + b, 0)

test('each access is counted for its device, and none for another one', () => {
  assert.deepEqual(valuesOf('kvminfo_vm_device_exits_total'), accesses)
})

test('the devices have the names of the metrics about disks and interfaces', () => {
  const has = (metric: string, device: string) =>
    [...samples.keys()].some((sample) => sample.startsWith(`${metric}{vm="${name}",device="${device}",`))
  assert.ok(has('kvminfo_vm_disk_info', 'ide0-hd0'))
  assert.ok(has('kvminfo_vm_nic_info', 'net0'))
})

test('the reasons have the same exits: MMIO those of the e1000, port I/O the others', () => {
  const reasons = valuesOf('kvminfo_vm_userspace_exits_by_reason_total')
  assert.equal(reasons.mmio, accesses.net0)
  assert.equal(reasons.io, sum(accesses) - accesses.net0)
})

test('the VM waited for each of them, and for all together as long as for the reasons', () => {
  const waits = valuesOf('kvminfo_vm_device_wait_seconds_total')
  for (const device of Object.keys(accesses)) assert.ok(waits[device]! > 0, device)
  const reasons = valuesOf('kvminfo_vm_userspace_exit_wait_seconds_total')
  assert.ok(Math.abs(sum(waits) - reasons.io! - reasons.mmio!) < 1e-6)
})

test('the time in KVM by reason adds up to the time in KVM', () => {
  const byReason = sum(valuesOf('kvminfo_vm_exit_kernel_seconds_total'))
  const whole = samples.get(`kvminfo_vm_kernel_seconds_total{vm="${name}"}`)!
  assert.ok(Math.abs(byReason - whole) <= 0.001 * whole, `${byReason} and ${whole}`)
})

test('its one vCPU made all of its exits', () => {
  const of = (metric: string) => samples.get(metric)
  for (const counter of ['userspace_switches_total', 'io_exits_total'])
    assert.equal(
      of(`kvminfo_vcpu_${counter}{vm="${name}",vcpu="0"}`),
      of(`kvminfo_vm_${counter}{vm="${name}"}`),
      counter,
    )
})
