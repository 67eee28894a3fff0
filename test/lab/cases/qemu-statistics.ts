// Without the module and without debugfs the exporter asks QEMU itself, or libvirt for the QEMUs that are libvirt's.
// Two exporters watch the same two VMs at work, one of them without sight of the module and of debugfs. Both VMs are
// halted for each look, so that both exporters look at the same.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startDomain, virsh } from './firmware/domain.ts'
import { type FirmwareVm, startReader } from './firmware/vm.ts'
import { until } from './kvminfo/until.ts'
import { type Exporter, startExporter } from './stack/exporter.ts'

/** The exporter asks every 10 s: between two looks it has asked anew. */
const lookMs = 12_000

/** What each VM does between the two looks, at the least. */
const fewestExits = 3000

/**
 * Share of the module's count by which the statistics may be off: signal_exits counts only some of the ways in which
 * KVM_RUN is interrupted, and QEMU interrupts its vCPUs to halt them and to read their statistics.
 */
const tolerance = 0.01

const vms = [
  { name: 'ide', source: 'qmp' },
  { name: 'domain', source: 'libvirt' },
]

let withModule: Exporter
let without: Exporter
let plain: FirmwareVm

before(async () => {
  const hide = 'mount --bind /dev/null /proc/kvminfo && mount -t tmpfs none /sys/kernel/debug && exec "$@"'
  withModule = await startExporter()
  without = await startExporter({ port: 9766, wrapper: ['unshare', '--mount', 'sh', '-c', hide, 'sh'] })
  // Last: until they work there is nothing to compete with the start of the others.
  plain = startReader('ide', 'e1000', ['-qmp', 'unix:/run/plain.sock,server=on,wait=off'])
  startDomain({ name: 'domain', bus: 'ide', nic: 'e1000' })
  console.log(`all run after ${process.uptime().toFixed(1)} s`)
})

after(async () => {
  await plain.end()
  await Promise.all([without.stop(), withModule.stop()])
  virsh('destroy', 'domain')
})

interface Counts {
  io_exits: number
  kernel_switches: number
  userspace_switches: number
}

function countsOf(samples: ReadonlyMap<string, number>, vm: string): Counts {
  const of = (name: keyof Counts): number => samples.get(`kvminfo_vm_${name}_total{vm="${vm}"}`) ?? Number.NaN
  return {
    io_exits: of('io_exits'),
    kernel_switches: of('kernel_switches'),
    userspace_switches: of('userspace_switches'),
  }
}

type Look = Map<string, { module: Counts; statistics: Counts }>

/** Halts the VMs until both exporters have nothing new to tell. */
async function lookAtHalted(): Promise<Look> {
  plain.monitor('stop')
  virsh('suspend', 'domain')
  let previous = ''
  let samples = await without.samples()
  await until(
    'the statistics stand still',
    async () => {
      samples = await without.samples()
      const now = JSON.stringify(vms.map(({ name }) => countsOf(samples, name)))
      const isStill = now === previous && !now.includes('null')
      previous = now
      return isStill
    },
    lookMs,
  )
  console.log(`halted, and seen so, after ${process.uptime().toFixed(1)} s`)
  const module = await withModule.samples()
  const look: Look = new Map(
    vms.map(({ name }) => [name, { module: countsOf(module, name), statistics: countsOf(samples, name) }]),
  )
  plain.monitor('cont')
  virsh('resume', 'domain')
  return look
}

test('QEMU and libvirt tell what the module counts', async () => {
  const first = await lookAtHalted()
  for (const { source } of vms) {
    const active = `kvminfo_source_active{fact="exits",source="${source}"}`
    assert.equal((await without.samples()).get(active), 1, source)
    assert.equal((await withModule.samples()).get(active), 0, source)
  }
  await until(
    'both have worked',
    async () => {
      const samples = await withModule.samples()
      return vms.every(({ name }) => {
        const io = countsOf(samples, name).io_exits - first.get(name)!.module.io_exits
        return io >= fewestExits
      })
    },
    1000,
  )
  const second = await lookAtHalted()
  for (const { name } of vms) {
    const from = first.get(name)!
    const to = second.get(name)!
    for (const counter of ['io_exits', 'kernel_switches', 'userspace_switches'] as const) {
      const module = to.module[counter] - from.module[counter]
      const statistics = to.statistics[counter] - from.statistics[counter]
      console.log(`${name}: ${counter} ${module} by the module, ${statistics} by the statistics`)
      assert.ok(Math.abs(statistics - module) <= tolerance * module, `${name}: ${counter}`)
    }
  }
})
