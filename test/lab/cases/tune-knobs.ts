// The commands of `kvminfo tune` that do not concern threads (those are in tune.ts), on real VMs under libvirt: a Linux
// guest for its weight, its balloon and vhost-net, one that does nothing beside it, and one that reads its disk for the rest
// of what takes effect when a VM starts next. Each is applied and undone. Asserted against the kernel and libvirt.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { noReportLately, reported, reportsAgain } from './firmware/balloon.ts'
import { writeIdleDisk } from './firmware/disk.ts'
import { defineReader, domainXml, pidOf, usesVhost, virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { canPlan, kvminfo, reaches, startRemediate, tune } from './stack/remediate.ts'

const guest = '/project/test/lab/guests/linux'
// A balloon leaves 256 MiB to its guest.
const mib = 320
const reader = 'reader'
const kib = mib * 1024
const ksm = '/sys/kernel/mm/ksm'
const thp = '/sys/kernel/mm/transparent_hugepage/enabled'
const pool = '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages'
const slice = '/sys/fs/cgroup/machine.slice'
const weight = `${slice}/machine-qemu\\x2d1\\x2dlinux.scope/cpu.weight`

let remediate: { stop(): Promise<void> }

const value = (path: string): string => readFileSync(path, 'utf8').trim()
const definition = (name: string): string => virsh('dumpxml', '--inactive', '--', name)
const live = (name: string): string => virsh('dumpxml', '--', name)

function restart(name: string): void {
  virsh('destroy', '--', name)
  virsh('start', '--', name)
}

/** The number of the run, which is in place now. */
function done(...args: readonly string[]): number {
  const { code, out } = tune(...args)
  assert.equal(code, 0)
  return Number(/kvminfo tune undo (\d+)/.exec(out)![1])
}

async function undo(run: number): Promise<void> {
  assert.equal(tune('undo', String(run)).code, 0)
  await reaches(run, ['undone'])
}

before(async () => {
  // libvirt looks for it when it starts, which is at the first command.
  mkdirSync('/dev/hugepages', { recursive: true })
  execFileSync('mount', ['-t', 'hugetlbfs', 'hugetlbfs', '/dev/hugepages'])
  execFileSync('modprobe', ['--all', 'tun', 'vhost_net'])
  writeFileSync('/sys/fs/cgroup/cgroup.subtree_control', '+cpu')
  mkdirSync(slice)
  writeFileSync(`${slice}/cgroup.subtree_control`, '+cpu')
  mkdirSync(weight.replace('/cpu.weight', ''))
  remediate = await startRemediate(`vms: [{name: ${reader}, virtio_ready: true}]
limits: {changes_per_hour: 100}`)
  // KSM is not switched on for one VM.
  writeIdleDisk('/tmp/idle.img')
  writeFileSync('/tmp/idle.xml', domainXml({ name: 'idle', bus: 'ide', nic: 'e1000' }, '/tmp/idle.img'))
  virsh('create', '/tmp/idle.xml')
  execFileSync(`${guest}/start`, ['--via', 'libvirt', '--nic', 'tap', '--mib', String(mib), 'packets=1'])
  execFileSync(`${guest}/await`, ['linux', 'work done', '600'])
  writeFileSync(weight.replace('cpu.weight', 'cgroup.procs'), pidOf('linux'))
  await until('the VM is known', () => canPlan('vhost-net', 'linux'), 3000, 300)
  console.log(`both VMs run after ${process.uptime().toFixed(0)} s`)
})

after(async () => {
  for (const name of ['linux', 'idle', reader]) virsh('destroy', '--', name)
  await remediate.stop()
})

test('weight', async () => {
  assert.equal(value(weight), '100')
  const run = done('weight', 'linux', '4')
  assert.equal(value(weight), '400')
  await undo(run)
  assert.equal(value(weight), '100')
  assert.match(tune('weight', 'linux', '20').err, /the weight is at most 10 times the default/)
  assert.equal(value(weight), '100')
})

test('KSM: on, its pace, and off', async () => {
  const pace = (): string[] => [value(`${ksm}/pages_to_scan`), value(`${ksm}/sleep_millisecs`)]
  const before = pace()
  assert.equal(value(`${ksm}/run`), '0')
  // KSM is not switched on while the CPUs are busy, and the average of five minutes still has the boot of the guest. It is
  // read here, because asking kvminfo would keep the only CPU busy.
  const load = (): number => Number(value('/proc/loadavg').split(' ')[1])
  await until('the CPUs are idle enough', () => load() < 0.6, 1000, 600)
  const on = done('ksm', 'on', '--pages=64', '--sleep=1000')
  assert.deepEqual([value(`${ksm}/run`), ...pace()], ['1', '64', '1000'])
  const faster = done('ksm', 'pace', '--pages=200', '--sleep=500')
  assert.deepEqual(pace(), ['200', '500'])
  const off = done('ksm', 'off')
  assert.equal(value(`${ksm}/run`), '0')
  await undo(off)
  assert.equal(value(`${ksm}/run`), '1')
  await undo(faster)
  assert.deepEqual(pace(), ['64', '1000'])
  await undo(on)
  assert.deepEqual([value(`${ksm}/run`), ...pace()], ['0', ...before])
})

test('balloon: deflated and inflated, in steps that the guest follows', async () => {
  const actual = (): number => reported('linux', 'actual')
  const small = kib * 0.9
  virsh('setmem', '--live', '--size', `${small}KiB`, '--', 'linux')
  await until('the guest has given memory to the balloon', () => actual() === small, 500)
  const deflated = done('balloon', 'linux', 'deflate')
  assert.equal(actual(), kib)
  await undo(deflated)
  assert.equal(actual(), small)
  virsh('setmem', '--live', '--size', `${kib}KiB`, '--', 'linux')
  await until('the guest has all of its memory', () => actual() === kib, 500)

  await noReportLately('linux')
  const blind = tune('balloon', 'linux', 'inflate')
  assert.match(blind.err, /the guest has reported lately that it can do without the memory/)
  await reportsAgain('linux')
  const inflated = done('balloon', 'linux', 'inflate')
  assert.ok(actual() < kib, `${actual()} of ${kib} KiB`)
  await undo(inflated)
  assert.equal(actual(), kib)
})

test('vhost, from the next start on', async () => {
  const original = definition('linux')
  const [nic] = virsh('domiflist', '--', 'linux').split(/\s+/)
  assert.equal(usesVhost('linux'), false)
  const run = done('vhost', 'linux', nic!)
  assert.notEqual(definition('linux'), original)
  assert.equal(usesVhost('linux'), false)
  restart('linux')
  assert.equal(usesVhost('linux'), true)
  await reaches(run, ['unproven', 'kept'])
  await undo(run)
  assert.equal(definition('linux'), original, 'not a byte differs')
})

test('disk and NIC to virtio, from the next start on', async () => {
  const options = { hasAcpi: false, isStuck: false, nic: 'e1000' } as const
  defineReader(reader, '22222222-2222-4222-8222-222222222222', options)
  virsh('start', '--', reader)
  await until('the VM is known', () => canPlan('virtio-disk', reader), 3000, 300)
  const original = definition(reader)
  const isOnVirtio = (xml: string): boolean[] => [
    xml.includes("<target dev='vda' bus='virtio'/>"),
    xml.includes("<model type='virtio'/>"),
  ]
  // One after the other: a second change of the definition is refused while one waits for the next start.
  const disk = done('disk', reader, 'hda')
  assert.deepEqual(isOnVirtio(definition(reader)), [true, false])
  assert.deepEqual(isOnVirtio(live(reader)), [false, false])
  restart(reader)
  assert.deepEqual(isOnVirtio(live(reader)), [true, false])
  await reaches(disk, ['unproven', 'kept'])
  const nic = done('nic', reader, /<alias name='(net\d+)'\/>/.exec(live(reader))![1]!)
  restart(reader)
  assert.deepEqual(isOnVirtio(live(reader)), [true, true])
  await reaches(nic, ['unproven', 'kept'])
  await undo(nic)
  await undo(disk)
  assert.equal(definition(reader), original, 'not a byte differs')
  restart(reader)
  assert.deepEqual(isOnVirtio(live(reader)), [false, false])
})

test('huge pages, step by step: transparent ones, a pool, the VM in the pool', async () => {
  const inPool = (): string | undefined =>
    /^HugetlbPages:\s*(\d+) kB$/m.exec(value(`/proc/${pidOf(reader)}/status`))?.[1]
  const force = ['--force', '--reason=the next step']
  writeFileSync(thp, 'never')
  const transparent = done('hugepages', reader)
  assert.match(value(thp), /\[madvise\]/)
  const reserved = done('hugepages', reader, ...force)
  assert.equal(value(pool), '16')
  const original = definition(reader)
  const backed = done('hugepages', reader, ...force)
  assert.match(definition(reader), /<hugepages>/)
  assert.equal(inPool(), '0')
  restart(reader)
  assert.equal(inPool(), String(32 * 1024))
  await reaches(backed, ['kept', 'unproven'])
  await undo(backed)
  assert.equal(definition(reader), original, 'not a byte differs')
  restart(reader)
  await until('the memory of the VM has left the pool', () => inPool() === '0', 500)
  await undo(reserved)
  assert.equal(value(pool), '0')
  await undo(transparent)
  assert.match(value(thp), /\[never\]/)
  assert.match(kvminfo('verify-journal'), /^The journal is whole/)
})
