// Two VMs of a real libvirt that do not come up with their disk on virtio. One shuts down by ACPI, so the program has started
// it: the program ends it, and brings it up with its former definition. The other one ignores ACPI and is left alone; once
// somebody else has started it, its former definition is restored and a person is called. virtio-loop.ts has a VM that comes up.

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { after, before, test } from 'node:test'
import type { RunSummary } from '../../../src/remediate/approve/documents.ts'
import { busesOf, defineReader, virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { ask, canPlan, kvminfo, runs, token } from './stack/remediate.ts'
import { type Service, startService } from './stack/service.ts'

const uuids = {
  web1: '11111111-1111-4111-8111-111111111111',
  web2: '22222222-2222-4222-8222-222222222222',
} as const

let remediate: Service

before(async () => {
  mkdirSync('/etc/kvminfo-remediate', { recursive: true })
  writeFileSync('/etc/kvminfo-remediate/token', `${token}\n`, { mode: 0o640 })
  writeFileSync(
    '/etc/kvminfo-remediate/policy.yml',
    `instances: [kvm1]
actions: {virtio-disk: {restart: true}}
vms: [{name: "web*", virtio_ready: true}]
measure: {restart_window: 2s, boot: 60s, placebo: 0}
credentials: {alertmanager: [/etc/kvminfo-remediate/token]}
`,
  )
  setPriority(-19)
  remediate = await startService(['kvminfo', 'remediate'], 'http://127.0.0.1:9757', '/-/ready')
  console.log(`ready after ${process.uptime().toFixed(0)} s`)
})

after(async () => {
  for (const uuid of virsh('list', '--uuid').split('\n').filter(Boolean)) virsh('destroy', '--', uuid)
  await remediate.stop()
})

/** Its disk is to go to virtio, and a person agrees. Returns the number of the run. */
async function moved(name: keyof typeof uuids, { hasAcpi }: { hasAcpi: boolean }): Promise<number> {
  defineReader(name, uuids[name], { hasAcpi, isStuck: true })
  virsh('start', '--', uuids[name])
  await until('a plan can be made', () => canPlan('virtio-disk', name), 2000, 300)
  const run = await ask('virtio-disk', { vm: name })
  assert.equal(run.state, 'proposed', run.reason ?? '')
  kvminfo('approve', String(run.id), '--yes')
  return run.id
}

async function reaches(id: number, what: string, holds: (run: RunSummary) => boolean): Promise<RunSummary> {
  let last = ''
  let run: RunSummary | undefined
  await until(
    `run ${id} is ${what}`,
    async () => {
      run = (await runs()).find((one) => one.id === id)!
      const now = `${run.vm}: ${run.state} ${run.reason ?? ''}`
      if (now !== last) console.log(`${process.uptime().toFixed(0)} s: ${now}`)
      last = now
      return holds(run)
    },
    2000,
    900,
  )
  return run!
}

const hasEnded = ({ state }: RunSummary): boolean =>
  ['undone', 'person', 'kept', 'unproven', 'measuring'].includes(state)

test('a VM that does not come up is ended, because the program started it, and runs as before', async () => {
  const run = await reaches(await moved('web1', { hasAcpi: true }), 'undone', hasEnded)
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
  const id = await moved('web2', { hasAcpi: false })
  const isLeftAlone = ({ reason }: RunSummary): boolean => reason?.startsWith('not restarted') === true
  const waiting = await reaches(id, 'left alone', isLeftAlone)
  assert.match(waiting.reason!, /the guest does not shut down/)
  assert.equal(waiting.state, 'waiting')
  assert.deepEqual(busesOf(uuids.web2), { live: 'ide', next: 'virtio' })
  virsh('destroy', '--', uuids.web2)
  virsh('start', '--', uuids.web2)
  const run = await reaches(id, 'for a person', hasEnded)
  console.log(kvminfo('show', String(run.id)))
  assert.equal(run.state, 'person')
  assert.match(
    run.reason ?? '',
    /did not come up .* the former definition is restored, but .*: virsh destroy/,
  )
  assert.deepEqual(busesOf(uuids.web2), { live: 'virtio', next: 'ide' })
  assert.match(kvminfo('verify-journal'), /^The journal is whole/)
})
