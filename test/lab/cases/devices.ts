// Two VMs of libvirt do the same work, one on emulated devices, one on virtio: the metrics name them and their
// devices, and have them as far apart as the thesis had (its table 7-4: 0.61 of the switches inside KVM, and 0.99).

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Domain, startDomain, virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { type Exporter, startExporter } from './stack/exporter.ts'

const domains: Domain[] = [
  { name: 'emulated', bus: 'ide', nic: 'e1000' },
  { name: 'paravirtual', bus: 'virtio', nic: 'virtio' },
]

/** Enough of the work that a few interrupts of the host do not matter. */
const fewestSwitches = 1000

let exporter: Exporter

before(async () => {
  exporter = await startExporter()
  // After it: until they work there is nothing to compete with its start.
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

/** The share inside KVM of what the VM does next. */
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
  console.log(`${vm}: ${kernel} switches inside KVM, ${userspace} to QEMU`)
  return kernel / (kernel + userspace)
}

test('the ratio tells emulated devices from virtio', async () => {
  // While the firmware looks for devices, which it does by port I/O, it goes to QEMU on either kind of them.
  await until('virtio is at work', async () => (await rootModeSwitchRatio('paravirtual')) > 0.9)
  const emulated = await rootModeSwitchRatio('emulated')
  assert.ok(emulated < 0.62, `${emulated} on emulated devices`)
})

test('libvirt names the VMs, and the metrics their devices', async () => {
  const samples = [...(await exporter.samples()).keys()]
  const devices = samples.filter((sample) => /^kvminfo_vm_(disk|nic)_info\b/.test(sample))
  assert.deepEqual(devices, [
    'kvminfo_vm_disk_info{vm="emulated",device="hda",bus="ide",cache="writeback",format="raw",emulated="true"}',
    'kvminfo_vm_disk_info{vm="paravirtual",device="vda",bus="virtio",cache="writeback",format="raw",emulated="false"}',
    'kvminfo_vm_nic_info{vm="emulated",device="net0",model="e1000",vhost="false",emulated="true"}',
    'kvminfo_vm_nic_info{vm="paravirtual",device="net0",model="virtio",vhost="false",emulated="false"}',
  ])
  for (const { name } of domains) {
    const info = samples.find((sample) => sample.startsWith(`kvminfo_vm_info{vm="${name}",`))
    assert.ok(info?.includes(`uuid="${virsh('domuuid', name)}"`) && info.includes('source="libvirt"'), info)
  }
})
