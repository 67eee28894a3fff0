// A VM of a real libvirt that shuts down by ACPI when the program restarts it, and does not come up with its disk on virtio.
// Because the program has started it, it ends it, and brings it up with its former definition. next-start.ts has a VM that
// somebody else has started.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { busesOf, defineReader, virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { fire, kvminfo, reaches, startRemediate } from './stack/remediate.ts'

const uuid = '11111111-1111-4111-8111-111111111111'

let remediate: { stop(): Promise<void> }

before(async () => {
  remediate = await startRemediate(`actions: {virtio-disk: {restart: true}}
vms: [{name: web1, virtio_ready: true}]
measure: {restart_window: 2s, boot: 60s, placebo: 0}`)
})

after(async () => {
  virsh('destroy', '--', uuid)
  await remediate.stop()
})

test('a VM that does not come up is ended, because the program started it, and runs as before', async () => {
  defineReader('web1', uuid, { hasAcpi: true, isStuck: true })
  virsh('start', '--', uuid)
  const id = await fire('virtio-disk', { vm: 'web1' })
  await reaches(id, ['proposed'])
  kvminfo('approve', String(id), '--yes')
  const run = await reaches(id, ['undone'], 900)
  console.log(kvminfo('show', String(id)))
  assert.equal(run.verdict, 'worse')
  assert.match(run.reason ?? '', /did not come up .* it was started with the former one/)
  assert.deepEqual(busesOf(uuid), { live: 'ide', next: 'ide' })
  const reads = (): number =>
    Number(/block\.0\.rd\.reqs=(\d+)/.exec(virsh('domstats', '--block', '--', uuid))?.[1])
  await until('its guest reads its disk', () => reads() > 100, 1000)
  assert.match(kvminfo('verify-journal'), /^The journal is whole/)
})
