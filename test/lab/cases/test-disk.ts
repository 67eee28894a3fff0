// A test disk shows whether a Linux guest has the driver for virtio disks, before its disk goes to virtio: one guest has the
// driver, the other one was booted without it. Asserted against libvirt, not against our own words.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { busesOf, virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { actuatorPid, canPlan, fire, kvminfo, reaches, startRemediate } from './stack/remediate.ts'

const guest = '/project/test/lab/guests/linux'
const images = '/run/kvminfo/test-disks'

let remediate: { stop(): Promise<void> }

const hasTestDisk = (vm: string): boolean =>
  virsh('dumpxml', '--', vm).includes("<alias name='ua-kvminfo-test-disk'/>")
const definition = (vm: string): string => virsh('dumpxml', '--inactive', '--', vm)

async function boot(vm: string, ...work: string[]): Promise<void> {
  const words = ['--via', 'libvirt', '--name', vm, '--disk', 'ide', 'reads=1', 'rounds=0']
  execFileSync(`${guest}/start`, [...words, ...work])
  execFileSync(`${guest}/await`, [vm, 'work starts', '400'])
  // Load that can be measured, and leaves the only CPU to others most of the time.
  virsh('blkdeviotune', '--live', '--total-bytes-sec', '200000', '--', vm, 'hda')
  console.log(`${vm} works after ${process.uptime().toFixed(0)} s`)
  await until(`${vm} is known`, () => canPlan('virtio-disk', vm), 3000, 300)
}

/** Approves the plan and returns the run. */
async function approved(vm: string): Promise<number> {
  const id = await fire('virtio-disk', { vm })
  await reaches(id, ['proposed'])
  kvminfo('approve', String(id), '--yes')
  return id
}

before(async () => {
  remediate = await startRemediate(`limits: {cooldown: 0, changes_per_hour: 100, attempts_per_day: 100}
measure: {restart_window: 1s, placebo: 0}`)
})

after(async () => {
  await remediate.stop()
})

test('a guest without the driver does not read the disk, and keeps its definition', async () => {
  await boot('without', 'virtio_blk=0')
  const original = definition('without')
  console.log(kvminfo('plan', 'virtio-disk', 'without'))
  const id = await approved('without')
  const run = await reaches(id, ['undone'], 900)
  console.log(kvminfo('show', String(id)))
  assert.match(run.reason ?? '', /the guest has not read the test disk in time/)
  assert.deepEqual([hasTestDisk('without'), readdirSync(images)], [false, []])
  assert.equal(definition('without'), original, 'not a byte differs')
})

test('an actuator that is killed while the disk is plugged in unplugs it when it starts again', async () => {
  const original = definition('without')
  const id = await approved('without')
  await reaches(id, ['applying'], 900)
  await until('the disk is plugged in', () => hasTestDisk('without'), 500)
  const killed = actuatorPid()
  process.kill(killed, 'SIGKILL')
  assert.deepEqual([hasTestDisk('without'), readdirSync(images).length], [true, 1])
  await until('another actuator runs', () => ![killed, Number.NaN].includes(actuatorPid()), 500)
  await until('the disk is unplugged', () => !hasTestDisk('without'), 1000)
  await reaches(id, ['undone'])
  console.log(kvminfo('show', String(id)))
  assert.deepEqual(readdirSync(images), [])
  assert.equal(definition('without'), original, 'not a byte differs')
  virsh('destroy', '--', 'without')
})

test('a guest with the driver reads the disk, gives it back, and gets its own disk on virtio', async () => {
  await boot('with')
  const original = definition('with')
  const id = await approved('with')
  await reaches(id, ['waiting'], 900)
  console.log(kvminfo('show', String(id)))
  assert.deepEqual([hasTestDisk('with'), readdirSync(images)], [false, []])
  assert.deepEqual(busesOf('with'), { live: 'ide', next: 'virtio' })
  kvminfo('undo', String(id))
  await reaches(id, ['undone'])
  assert.equal(definition('with'), original, 'not a byte differs')
  assert.match(kvminfo('verify-journal'), /^The journal is whole/)
  virsh('destroy', '--', 'with')
})
