// Two VMs of a real libvirt that do not come up with their disk on virtio. One shuts down by ACPI, so the program has started
// it: the program ends it, and brings it up with its former definition. The other one ignores ACPI and is left alone; once
// somebody else has started it, its former definition is restored and a person is called. virtio-loop.ts has a VM that comes up.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { busesOf, defineReader, virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { fire, kvminfo, reaches, runs, startRemediate } from './stack/remediate.ts'

const uuids = {
  web1: '11111111-1111-4111-8111-111111111111',
  web2: '22222222-2222-4222-8222-222222222222',
} as const

let remediate: { stop(): Promise<void> }

before(async () => {
  remediate = await startRemediate(`actions: {virtio-disk: {restart: true}}
vms: [{name: "web*", virtio_ready: true}]
measure: {restart_window: 2s, boot: 60s, placebo: 0}`)
  console.log(`ready after ${process.uptime().toFixed(0)} s`)
})

after(async () => {
  for (const uuid of virsh('list', '--uuid').split('\n').filter(Boolean)) virsh('destroy', '--', uuid)
  await remediate.stop()
})

const ends = ['undone', 'person', 'kept', 'unproven', 'measuring']

/** Its disk is to go to virtio, and a person agrees. */
async function moved(name: keyof typeof uuids, { hasAcpi }: { hasAcpi: boolean }): Promise<void> {
  defineReader(name, uuids[name], { hasAcpi, isStuck: true })
  virsh('start', '--', uuids[name])
  await fire('virtio-disk', name)
  const { id } = await reaches(name, ['proposed'], 300)
  kvminfo('approve', String(id), '--yes')
}

test('a VM that does not come up is ended, because the program started it, and runs as before', async () => {
  await moved('web1', { hasAcpi: true })
  const run = await reaches('web1', ends, 900)
  console.log(kvminfo('show', String(run.id)))
  assert.deepEqual([run.state, run.verdict], ['undone', 'worse'], run.reason ?? '')
  assert.match(run.reason ?? '', /did not come up .* it was started with the former one/)
  assert.deepEqual(busesOf(uuids.web1), { live: 'ide', next: 'ide' })
  const reads = (): number =>
    Number(/block\.0\.rd\.reqs=(\d+)/.exec(virsh('domstats', '--block', '--', uuids.web1))?.[1])
  await until('its guest reads its disk', () => reads() > 100, 1000)
  virsh('destroy', '--', uuids.web1)
})

test('a guest that ignores ACPI is left alone, and a person is called if it then does not come up', async () => {
  await moved('web2', { hasAcpi: false })
  const { id } = await reaches('web2', ['waiting'], 300)
  const reason = async () => (await runs()).find((run) => run.id === id)?.reason ?? ''
  await until('it is left alone', async () => (await reason()).startsWith('not restarted'), 2000, 600)
  assert.match(await reason(), /the guest does not shut down/)
  assert.deepEqual(busesOf(uuids.web2), { live: 'ide', next: 'virtio' })
  virsh('destroy', '--', uuids.web2)
  virsh('start', '--', uuids.web2)
  const run = await reaches('web2', ends, 600)
  console.log(kvminfo('show', String(run.id)))
  assert.equal(run.state, 'person')
  assert.match(
    run.reason ?? '',
    /did not come up .* the former definition is restored, but .*: virsh destroy/,
  )
  assert.deepEqual(busesOf(uuids.web2), { live: 'virtio', next: 'ide' })
  assert.match(kvminfo('verify-journal'), /^The journal is whole/)
})
