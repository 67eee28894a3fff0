// The memory of a VM goes to a pool of huge pages under a real libvirt: first the pool, then the definition, and back.
// Asserted against the kernel and libvirt. The guest is a boot sector, which ignores ACPI; so this case restarts it itself.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { writeReadingDisk } from './firmware/disk.ts'
import { domainXml, pidOf, virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { fire, kvminfo, reaches, startRemediate } from './stack/remediate.ts'

const uuid = '11111111-1111-4111-8111-111111111111'
/** Of 2 MiB, for the 32 MiB of the VM. */
const pages = 16

let remediate: Awaited<ReturnType<typeof startRemediate>>
let original = ''
/** The runs. */
let pool: number
let backing: number

const definition = (): string => virsh('dumpxml', '--inactive', '--', uuid)
const poolPages = (): number =>
  Number(readFileSync('/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages', 'utf8'))

/** MiB of the VM's memory in pages of the pool. */
function inPool(): number {
  const pid = pidOf('web1')
  return Number(/^HugetlbPages:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}

function restart(): void {
  virsh('destroy', '--', uuid)
  virsh('start', '--', uuid)
}

before(async () => {
  // libvirt looks for it when it starts, which is at the first command.
  mkdirSync('/dev/hugepages', { recursive: true })
  execFileSync('mount', ['-t', 'hugetlbfs', 'hugetlbfs', '/dev/hugepages'])
  remediate = await startRemediate('measure: {boot: 120s, placebo: 0}\nlimits: {cooldown: 1s}')
  writeReadingDisk('/tmp/web1.img', 'ide')
  const text = domainXml({ name: 'web1', bus: 'ide', nic: 'e1000' }, '/tmp/web1.img', `<uuid>${uuid}</uuid>`)
  writeFileSync('/tmp/web1.xml', text)
  virsh('define', '/tmp/web1.xml')
  virsh('start', '--', uuid)
  original = definition()
  console.log(`ready after ${process.uptime().toFixed(1)} s`)
})

after(async () => {
  virsh('destroy', '--', uuid)
  await remediate.stop()
})

test('the first plan makes the pool', async () => {
  assert.equal(poolPages(), 0)
  pool = await fire('hugepages', { vm: 'web1' })
  await reaches(pool, ['proposed'])
  kvminfo('approve', String(pool), '--yes')
  await reaches(pool, ['kept'])
  assert.deepEqual([poolPages(), inPool()], [pages, 0])
  assert.equal(definition(), original)
})

test('the second one puts the memory there from the next start on', async () => {
  backing = await fire('hugepages', { vm: 'web1' })
  await reaches(backing, ['proposed'])
  console.log(kvminfo('show', String(backing)))
  kvminfo('approve', String(backing), '--yes')
  await reaches(backing, ['waiting'])
  assert.match(definition(), /<hugepages>\s*<page size='2048' unit='KiB'\/>\s*<\/hugepages>/)
  assert.equal(inPool(), 0, 'the running VM is as before')
  restart()
  const kept = await reaches(backing, ['kept'])
  assert.match(kept.reason ?? '', /has 32 MiB in huge pages of a pool/)
  assert.equal(inPool(), 32)
})

test('both are undone, the last one first', async () => {
  kvminfo('undo', String(backing))
  await reaches(backing, ['undone'])
  assert.equal(definition(), original, 'not a byte differs')
  restart()
  await until('the memory of the VM has left the pool', () => inPool() === 0, 500)
  kvminfo('undo', String(pool))
  await until('the pool is as before', () => poolPages() === 0, 1000, 60)
})
