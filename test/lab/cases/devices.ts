// Two VMs of libvirt do the same work, one on emulated devices, one on virtio: the metrics name them and their
// devices, and have them as far apart as the thesis had (its table 7-4: 0.61 of the switches inside KVM, and 0.99).

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { until } from './kvminfo/until.ts'
import { type Exporter, startExporter } from './stack/exporter.ts'

const guest = '/project/test/lab/guests/linux'
const work = ['reads=100', 'writes=100', 'packets=200', 'rounds=0']

/** Enough of the work that a few interrupts of the host do not matter. */
const fewestSwitches = 2000

let exporter: Exporter

before(async () => {
  exporter = await startExporter()
})

after(async () => {
  for (const name of ['emulated', 'virtio']) execFileSync('virsh', ['--quiet', 'destroy', name])
  await exporter.stop()
})

function run(program: string, ...args: string[]): string {
  return execFileSync(`${guest}/${program}`, args, { encoding: 'utf8' }).trim()
}

async function switches(vm: string): Promise<{ kernel: number; userspace: number; io: number }> {
  const samples = await exporter.samples()
  const count = (name: string): number => samples.get(`kvminfo_vm_${name}_total{vm="${vm}"}`)!
  return {
    kernel: count('kernel_switches'),
    userspace: count('userspace_switches'),
    io: count('io_exits'),
  }
}

/** The share of the switches inside KVM while the guest works, without its boot. */
async function rootModeSwitchRatio(vm: string, ...options: string[]): Promise<number> {
  run('start', '--name', vm, '--via', 'libvirt', ...options, ...work)
  run('await', vm, 'work starts')
  const from = await switches(vm)
  let kernel = 0
  let userspace = 0
  let io = 0
  await until(`${vm} has worked`, async () => {
    const to = await switches(vm)
    kernel = to.kernel - from.kernel
    userspace = to.userspace - from.userspace
    io = to.io - from.io
    return kernel + userspace >= fewestSwitches
  })
  const ratio = kernel / (kernel + userspace)
  const ioShare = io / (kernel + userspace)
  console.log(
    `${vm}: ${kernel} switches inside KVM, ${userspace} to QEMU: ` +
      `ratio ${ratio.toFixed(3)}, I/O share ${ioShare.toFixed(3)}`,
  )
  execFileSync('virsh', ['--quiet', 'suspend', vm])
  return ratio
}

test('the ratio tells emulated devices from virtio', async () => {
  const emulated = await rootModeSwitchRatio('emulated', '--disk', 'ide', '--nic', 'e1000')
  const virtio = await rootModeSwitchRatio('virtio', '--disk', 'virtio', '--nic', 'virtio', '--vcpus', '2')
  assert.ok(emulated < 0.6, `${emulated} on emulated devices`)
  assert.ok(virtio > 0.8, `${virtio} on virtio`)
})

test('libvirt names the VMs, and the metrics their devices', async () => {
  const samples = [...(await exporter.samples()).keys()]
  const devices = samples.filter((sample) => /^kvminfo_vm_(disk|nic)_info\b/.test(sample))
  assert.deepEqual(devices, [
    'kvminfo_vm_disk_info{vm="emulated",device="hda",bus="ide",cache="writeback",format="raw"}',
    'kvminfo_vm_disk_info{vm="virtio",device="vda",bus="virtio",cache="writeback",format="raw"}',
    'kvminfo_vm_nic_info{vm="emulated",device="net0",model="e1000",vhost="false"}',
    'kvminfo_vm_nic_info{vm="virtio",device="net0",model="virtio",vhost="false"}',
  ])
  for (const vm of ['emulated', 'virtio']) {
    const uuid = execFileSync('virsh', ['domuuid', vm], { encoding: 'utf8' }).trim()
    const info = samples.find((sample) => sample.startsWith(`kvminfo_vm_info{vm="${vm}",`))
    assert.ok(info?.includes(`uuid="${uuid}"`) && info.includes('source="libvirt"'), info)
  }
})
