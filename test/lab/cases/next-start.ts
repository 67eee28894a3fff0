// A change of a definition from the alert to the verdict, under a real libvirt, for guests that ignore ACPI: the program
// asks them to shut down, waits, and says that somebody else must restart them. This case does that itself. One VM reads its
// IDE disk through the driver of SeaBIOS: it is measured, put on virtio, for which it has a driver of its own, restarted,
// measured again, and kept. Another one finds nothing to boot from after its restart: its former definition is restored, and
// a person is called.

import assert from 'node:assert/strict'
import { truncateSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { RunDocument } from '../../../src/remediate/approve/documents.ts'
import { busesOf, defineReader, virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { fire, kvminfo, newest, reaches, request, startRemediate } from './stack/remediate.ts'

const vms = [
  { name: 'web1', uuid: '11111111-1111-4111-8111-111111111111' },
  { name: 'web2', uuid: '22222222-2222-4222-8222-222222222222' },
] as const
const [web1, web2] = vms

let remediate: { stop(): Promise<void> }
const runs = new Map<string, number>()

before(async () => {
  remediate = await startRemediate(`actions: {virtio-disk: {restart: true}}
vms: [{name: "web*", virtio_ready: true}]
measure: {restart_window: 3s, settle: 5s, boot: 60s, wait_for_load: 15m, placebo: 0}`)
  for (const { name, uuid } of vms) {
    defineReader(name, uuid, { hasAcpi: false, isStuck: false })
    virsh('start', '--', uuid)
  }
})

after(async () => {
  virsh('destroy', '--', web1.uuid)
  await remediate.stop()
})

test('alerts lead to proposals, and the VMs are measured before the change', async () => {
  for (const { name } of vms) runs.set(name, await fire('virtio-disk', { vm: name }))
  for (const id of runs.values()) {
    await reaches(id, ['proposed'])
    kvminfo('approve', String(id), '--yes')
  }
})

test('the definition is changed, a guest that ignores ACPI is not restarted, and it runs as before', async () => {
  for (const { name, uuid } of vms) {
    const [id, domain] = [runs.get(name)!, virsh('domid', '--', uuid)]
    await reaches(id, ['waiting'], 900)
    assert.deepEqual(busesOf(uuid), { live: 'ide', next: 'virtio' })
    const isGivenUp = async () =>
      (await newest((run) => run.id === id))!.reason ===
      'not restarted: the guest does not shut down; it takes effect when the VM starts next'
    await until(`${name} is not restarted`, isGivenUp, 2000, 600)
    assert.deepEqual([virsh('domid', '--', uuid), busesOf(uuid)], [domain, { live: 'ide', next: 'virtio' }])
    const { steps } = (await (await request(`/api/v1/runs/${id}`)).json()) as RunDocument
    // It was asked once.
    assert.deepEqual(
      steps.map(({ phase }) => phase),
      ['done', 'failed'],
    )
  }
})

test('a VM that finds nothing to boot from gets its former definition, and a person is called', async () => {
  const id = runs.get('web2')!
  virsh('destroy', '--', web2.uuid)
  truncateSync('/tmp/web2.img', 0)
  truncateSync('/tmp/web2.img', 2 ** 20)
  virsh('start', '--', web2.uuid)
  const { reason } = await reaches(id, ['person'], 900)
  console.log(kvminfo('show', String(id)))
  assert.match(reason ?? '', /did not come up .* the former definition is restored, but .*: virsh destroy/)
  assert.equal(busesOf(web2.uuid).next, 'ide')
})

test('a VM that comes up on virtio is measured, proven and kept; a person can undo it', async () => {
  const id = runs.get('web1')!
  // It spins in its firmware and would wait for the only CPU, which is harm to another VM.
  virsh('destroy', '--', web2.uuid)
  virsh('destroy', '--', web1.uuid)
  virsh('start', '--', web1.uuid)
  const { verdict } = await reaches(id, ['kept'], 1200)
  console.log(kvminfo('show', String(id)))
  assert.equal(verdict, 'improved')
  assert.equal(busesOf(web1.uuid).live, 'virtio')
  kvminfo('undo', String(id))
  assert.equal(busesOf(web1.uuid).next, 'ide')
  assert.match(kvminfo('verify-journal'), /^The journal is whole/)
})
