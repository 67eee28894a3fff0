// Without the module and without debugfs, the exporter asks QEMU itself, or libvirt for the QEMUs that belong to libvirt.
// Two exporters watch the same two busy VMs; one of them can see neither the module nor debugfs. Both VMs are paused for
// each sample, so that both exporters sample the same state.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startDomain, virsh } from './firmware/domain.ts'
import { type FirmwareVm, startReader } from './firmware/vm.ts'
import { until } from './kvminfo/until.ts'
import { type Exporter, startExporter } from './stack/exporter.ts'

/** The exporter asks every 10 s, so between two checks it has asked again. */
const checkMs = 12_000

/** The least I/O exits of each VM between the two samples. */
const fewestExits = 3000

/**
 * By which share of the module's count the statistics may differ: signal_exits counts only some of the ways in which
 * KVM_RUN is interrupted, and QEMU interrupts its vCPUs to pause them and to read their statistics.
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
  // Started last, so that their work does not slow down the start of the exporters.
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

type PausedSample = Map<string, { module: Counts; statistics: Counts }>

/** What both exporters showed at each sample, for the message of a failure. */
const seen: string[] = []

async function samplesOf(exporter: Exporter): Promise<ReadonlyMap<string, number>> {
  const samples = await exporter.samples()
  const by = exporter === withModule ? 'module' : 'statistics'
  const all = vms.map(({ name }) => `${name} ${JSON.stringify(countsOf(samples, name))}`)
  seen.push(`${process.uptime().toFixed(1)} s, ${by}: ${all.join(', ')}`)
  return samples
}

/** Pauses the VMs until the statistics stop changing, and returns the counts of both exporters. */
async function samplePaused(): Promise<PausedSample> {
  plain.monitor('stop')
  virsh('suspend', 'domain')
  let previous = ''
  let samples = await samplesOf(without)
  await until(
    'the statistics stop changing',
    async () => {
      samples = await samplesOf(without)
      const now = JSON.stringify(vms.map(({ name }) => countsOf(samples, name)))
      const isStill = now === previous && !now.includes('null')
      previous = now
      return isStill
    },
    checkMs,
  )
  console.log(`paused, and the statistics are final, after ${process.uptime().toFixed(1)} s`)
  const module = await samplesOf(withModule)
  const sample: PausedSample = new Map(
    vms.map(({ name }) => [name, { module: countsOf(module, name), statistics: countsOf(samples, name) }]),
  )
  plain.monitor('cont')
  virsh('resume', 'domain')
  return sample
}

test('the statistics from QEMU and from libvirt agree with the module', async () => {
  const first = await samplePaused()
  for (const { source } of vms) {
    const active = `kvminfo_source_active{fact="exits",source="${source}"}`
    assert.equal((await without.samples()).get(active), 1, source)
    assert.equal((await withModule.samples()).get(active), 0, source)
  }
  await until(
    'both VMs have worked',
    async () => {
      const samples = await samplesOf(withModule)
      return vms.every(({ name }) => {
        const io = countsOf(samples, name).io_exits - first.get(name)!.module.io_exits
        return io >= fewestExits
      })
    },
    1000,
  )
  const second = await samplePaused()
  for (const { name } of vms) {
    const from = first.get(name)!
    const to = second.get(name)!
    for (const counter of ['io_exits', 'kernel_switches', 'userspace_switches'] as const) {
      const module = to.module[counter] - from.module[counter]
      const statistics = to.statistics[counter] - from.statistics[counter]
      console.log(`${name}: ${counter} ${module} by the module, ${statistics} by the statistics`)
      const isNear = Math.abs(statistics - module) <= tolerance * module
      assert.ok(isNear, `${name}: ${counter}\n${seen.join('\n')}`)
    }
  }
})
