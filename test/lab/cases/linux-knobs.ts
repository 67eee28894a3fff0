// What takes an operating system in the guest: its balloon, which its driver must move, and vhost-net, under a VM that sends
// packets. Alerts ask `kvminfo remediate` for both. Asserted against libvirt and the kernel.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { noReportLately, reported, reportsAgain } from './firmware/balloon.ts'
import { usesVhost, virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { canPlan, fire, kvminfo, reaches, startRemediate } from './stack/remediate.ts'

const guest = '/project/test/lab/guests/linux'
const mib = 640
const memory = mib * 1024

let remediate: { stop(): Promise<void> }
let uuid: string

const definition = (): string => virsh('dumpxml', '--inactive', '--', uuid)
const asksQemu = (xml: string): boolean => xml.includes("<driver name='qemu'/>")

before(async () => {
  execFileSync('modprobe', ['--all', 'tun', 'vhost_net'])
  remediate = await startRemediate(`limits: {cooldown: 0, changes_per_hour: 100, attempts_per_day: 100}
measure: {restart_window: 2s, settle: 5s, boot: 5m, wait_for_load: 15m, placebo: 0}`)
  const words = ['--via', 'libvirt', '--nic', 'tap', '--mib', String(mib), 'packets=20', 'rounds=0']
  execFileSync(`${guest}/start`, words)
  execFileSync(`${guest}/await`, ['linux', 'work starts', '300'])
  uuid = virsh('domuuid', 'linux')
  await until('the VM is known', () => canPlan('vhost-net', 'linux'), 3000, 300)
  console.log(`the guest works after ${process.uptime().toFixed(0)} s`)
})

after(async () => {
  virsh('destroy', '--', uuid)
  await remediate.stop()
})

test('a balloon is deflated, and inflated again by the undo, in steps that the guest follows', async () => {
  const small = memory * 0.9
  virsh('setmem', '--live', '--size', `${small}KiB`, '--', uuid)
  await until('the guest has given memory to the balloon', () => reported(uuid, 'actual') === small, 500)
  const run = await fire('balloon-deflate', { vm: 'linux' })
  const { verdict } = await reaches(run, ['kept'])
  console.log(kvminfo('show', String(run)))
  assert.equal(verdict, 'not-measurable')
  assert.equal(reported(uuid, 'actual'), memory)
  kvminfo('undo', String(run))
  await reaches(run, ['undone'])
  assert.equal(reported(uuid, 'actual'), small)
  virsh('setmem', '--live', '--size', `${memory}KiB`, '--', uuid)
  await until('the guest has all of its memory', () => reported(uuid, 'actual') === memory, 500)
})

test('a balloon is inflated only if the guest says that it can do without the memory', async () => {
  await noReportLately(uuid)
  const blind = await reaches(await fire('balloon-inflate', { vm: 'linux' }), ['refused'])
  assert.match(blind.reason ?? '', /the guest has reported lately that it can do without the memory/)
  await reportsAgain(uuid)
  const run = await fire('balloon-inflate', { vm: 'linux' })
  await reaches(run, ['proposed'])
  const before = reported(uuid, 'usable')
  kvminfo('approve', String(run), '--yes')
  await reaches(run, ['kept'])
  assert.equal(reported(uuid, 'actual'), memory * 0.95)
  console.log(`usable in the guest: ${before} KiB before, ${reported(uuid, 'usable')} KiB after`)
  kvminfo('undo', String(run))
  await reaches(run, ['undone'])
  assert.equal(reported(uuid, 'actual'), memory)
})

test('vhost-net is switched on for the next start, moves the packets then, and is undone', async () => {
  const original = definition()
  assert.deepEqual([asksQemu(original), usesVhost('linux')], [true, false])
  const run = await fire('vhost-net', { vm: 'linux' })
  await reaches(run, ['proposed'])
  console.log(kvminfo('show', String(run)))
  kvminfo('approve', String(run), '--yes')
  await reaches(run, ['waiting'])
  assert.deepEqual([asksQemu(definition()), usesVhost('linux')], [false, false])
  virsh('destroy', '--', uuid)
  virsh('start', '--', uuid)
  assert.equal(usesVhost('linux'), true)
  // What it saves is QEMU's CPU time. Exits for each packet are few with both.
  await reaches(run, ['unproven', 'kept'], 1200)
  console.log(kvminfo('show', String(run)))
  kvminfo('undo', String(run))
  assert.equal(definition(), original, 'not a byte differs')
  assert.match(kvminfo('verify-journal'), /^The journal is whole/)
})
