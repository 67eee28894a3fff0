// Two VMs under libvirt do the same work, one on emulated devices, one on virtio. The metrics name the VMs and their
// devices, and their ratios are as far apart as in the thesis (table 7-4: 0.61 and 0.99 of the exits handled in KVM).

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Domain, startDomain, virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { type Exporter, startExporter } from './stack/exporter.ts'

const domains: Domain[] = [
  { name: 'emulated', bus: 'ide', nic: 'e1000' },
  { name: 'paravirtual', bus: 'virtio', nic: 'virtio' },
]

/** Enough exits that a few host interrupts do not matter. */
const fewestSwitches = 1000

let exporter: Exporter

before(async () => {
  exporter = await startExporter()
  // Started after the exporter, so that their work does not slow down its start, and after its first sample, so that it
  // counts all of their accesses to devices.
  await exporter.samples()
  for (const domain of domains) startDomain(domain)
})

after(async () => {
  for (const { name } of domains) virsh('destroy', name)
  await exporter.stop()
})

interface Switches {
  kernel: number
  userspace: number
}

async function switches(vm: string): Promise<Switches> {
  const samples = await exporter.samples()
  const count = (space: string): number => samples.get(`kvminfo_vm_${space}_switches_total{vm="${vm}"}`)!
  return { kernel: count('kernel'), userspace: count('userspace') }
}

/** The share handled in KVM of the VM's next exits. */
async function rootModeSwitchRatio(vm: string): Promise<number> {
  const from = await switches(vm)
  let kernel = 0
  let userspace = 0
  await until(`${vm} has worked`, async () => {
    const to = await switches(vm)
    kernel = to.kernel - from.kernel
    userspace = to.userspace - from.userspace
    return kernel + userspace >= fewestSwitches
  })
  console.log(`${vm}: ${kernel} exits handled in KVM, ${userspace} handed to QEMU`)
  return kernel / (kernel + userspace)
}

test('the ratio distinguishes emulated devices from virtio', async () => {
  // At first the firmware looks for devices by port I/O, which is handed to QEMU for both kinds of devices.
  await until('the virtio disk is being read', async () => (await rootModeSwitchRatio('paravirtual')) > 0.9)
  const emulated = await rootModeSwitchRatio('emulated')
  assert.ok(emulated < 0.62, `the ratio on emulated devices is ${emulated}`)
})

test('the IDE disk costs its VM most, and the devices have all exits of port I/O and MMIO', async () => {
  // The module reads its counters one after the other, so a VM that works would differ by a few.
  virsh('suspend', 'emulated')
  const samples = await exporter.samples()
  const of = (metric: string): [string, number][] =>
    [...samples].filter(([sample]) => sample.startsWith(`${metric}{vm="emulated",`))
  const sum = (values: readonly [string, number][]): number =>
    values.reduce((all, [, count]) => all + count, 0)
  const devices = of('kvminfo_vm_device_exits_total').sort(([, a], [, b]) => b - a)
  assert.equal(devices[0]?.[0], 'kvminfo_vm_device_exits_total{vm="emulated",device="ide0-0-0"}')
  const reasons = of('kvminfo_vm_userspace_exits_by_reason_total').filter(([sample]) =>
    /reason="(io|mmio)"/.test(sample),
  )
  assert.equal(sum(devices), sum(reasons))
})

test("the metrics have libvirt's names of the VMs and of their devices", async () => {
  const samples = [...(await exporter.samples()).keys()]
  const devices = samples.filter((sample) => /^kvminfo_vm_(disk|nic)_info\b/.test(sample))
  assert.deepEqual(devices, [
    'kvminfo_vm_disk_info{vm="emulated",device="ide0-0-0",bus="ide",cache="writeback",format="raw",emulated="true",target="hda"}',
    'kvminfo_vm_disk_info{vm="paravirtual",device="virtio-disk0",bus="virtio",cache="writeback",format="raw",emulated="false",target="vda"}',
    'kvminfo_vm_nic_info{vm="emulated",device="net0",model="e1000",vhost="false",emulated="true",target=""}',
    'kvminfo_vm_nic_info{vm="paravirtual",device="net0",model="virtio",vhost="false",emulated="false",target=""}',
  ])
  for (const { name } of domains) {
    const info = samples.find((sample) => sample.startsWith(`kvminfo_vm_info{vm="${name}",`))
    assert.ok(info?.includes(`uuid="${virsh('domuuid', name)}"`) && info.includes('source="libvirt"'), info)
  }
})
