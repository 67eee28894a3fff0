// A change of a definition from the alert to the verdict, under a real libvirt. One VM reads its IDE disk through the driver
// of SeaBIOS: it is measured, put on virtio, for which it has a driver of its own, restarted, measured again, and kept.
// Another one finds nothing to boot from after its restart: its former definition is restored, and a person is called.
//
// The guests are boot sectors, which ignore ACPI; so this case restarts them itself.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { after, before, test } from 'node:test'
import type { RunSummary } from '../../../src/remediate/approve/documents.ts'
import { writeReadingDisk } from './firmware/disk.ts'
import { domainXml, virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { kvminfo, runs } from './stack/remediate.ts'

const token = 'a-token-of-the-lab-0123456789'
const vms = [
  { name: 'web1', uuid: '11111111-1111-4111-8111-111111111111' },
  { name: 'web2', uuid: '22222222-2222-4222-8222-222222222222' },
] as const
const [web1, web2] = vms
/** The disk is throttled, so that the load is the same before and after. */
const throttle = '<iotune><total_bytes_sec>200000</total_bytes_sec></iotune>'

let remediate: ChildProcess

const runOf = async (name: string): Promise<RunSummary | undefined> =>
  (await runs()).find(({ vm }) => vm === name)

async function reaches(name: string, states: readonly string[], seconds: number): Promise<RunSummary> {
  let last = ''
  await until(
    `the run of ${name} is ${states.join(' or ')}`,
    async () => {
      const run = await runOf(name)
      const now = `${name}: ${run?.state} ${run?.reason ?? ''} ${run?.waits ?? ''}`
      if (now !== last) console.log(`${process.uptime().toFixed(0)} s: ${now}`)
      last = now
      return run !== undefined && states.includes(run.state)
    },
    2000,
    seconds / 2,
  )
  return (await runOf(name))!
}

const busOf = (xml: string): string | undefined => /<target dev='..a' bus='(\w+)'\/>/.exec(xml)?.[1]
const definitionOf = (uuid: string): string => virsh('dumpxml', '--inactive', '--', uuid)

before(async () => {
  mkdirSync('/etc/kvminfo-remediate', { recursive: true })
  writeFileSync('/etc/kvminfo-remediate/token', `${token}\n`, { mode: 0o640 })
  writeFileSync(
    '/etc/kvminfo-remediate/policy.yml',
    `instances: [kvm1]
vms: [{name: "web*", virtio_ready: true}]
measure: {restart_window: 3s, settle: 5s, boot: 60s, wait_for_load: 15m, placebo: 0}
credentials: {alertmanager: [/etc/kvminfo-remediate/token]}
`,
  )
  setPriority(-19)
  remediate = spawn('kvminfo', ['remediate'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const isReady = () =>
    fetch('http://127.0.0.1:9757/-/ready').then(
      ({ ok }) => ok,
      () => false,
    )
  await until('kvminfo remediate is ready', isReady, 1000, 600)
  for (const { name, uuid } of vms) {
    const image = `/tmp/${uuid}.img`
    // It has a driver for virtio, and uses the firmware's for any other disk.
    writeReadingDisk(image, 'virtio')
    const text = domainXml({ name, bus: 'ide', nic: 'virtio' }, image, `<uuid>${uuid}</uuid>`)
    writeFileSync(`/tmp/${uuid}.xml`, text.replace("bus='ide'/>", `bus='ide'/>${throttle}`))
    virsh('define', `/tmp/${uuid}.xml`)
    virsh('start', '--', uuid)
  }
  console.log(`ready after ${process.uptime().toFixed(1)} s`)
})

after(async () => {
  virsh('destroy', '--', web1.uuid)
  remediate.kill('SIGTERM')
  await once(remediate, 'exit')
})

test('alerts lead to proposals, and the VMs are measured before the change', async () => {
  const alerts = vms.map(({ name }) => ({
    status: 'firing',
    labels: { alertname: 'KvmVmEmulatedDisk', instance: 'kvm1', vm: name, remediation: 'virtio-disk' },
    annotations: {},
    startsAt: new Date().toISOString(),
    endsAt: '0001-01-01T00:00:00Z',
    fingerprint: Buffer.from(name).toString('hex'),
  }))
  const send = async () => {
    const answer = await fetch('http://127.0.0.1:9757/alerts', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify({ version: '4', groupKey: '{}', truncatedAlerts: 0, status: 'firing', alerts }),
    })
    assert.equal(answer.status, 202, await answer.clone().text())
    return ((await answer.json()) as { opened: number }).opened > 0
  }
  // The first samples of the program may not have the VMs yet.
  await until(
    'the alerts open runs',
    async () => (await send()) && (await runOf('web2')) !== undefined,
    3000,
    100,
  )
  for (const { name } of vms) {
    const run = await reaches(name, ['proposed'], 300)
    if (name === 'web1') console.log(kvminfo('show', String(run.id)))
    kvminfo('approve', String(run.id), '--yes')
  }
})

test('the definition is changed, and the running VM is as before', async () => {
  for (const { name, uuid } of vms) {
    await reaches(name, ['waiting'], 900)
    assert.equal(busOf(definitionOf(uuid)), 'virtio')
    assert.equal(busOf(virsh('dumpxml', '--', uuid)), 'ide')
  }
})

test('a VM that finds nothing to boot from gets its former definition, and a person is called', async () => {
  virsh('destroy', '--', web2.uuid)
  truncateSync(`/tmp/${web2.uuid}.img`, 0)
  truncateSync(`/tmp/${web2.uuid}.img`, 2 ** 20)
  virsh('start', '--', web2.uuid)
  const run = await reaches('web2', ['person'], 900)
  console.log(kvminfo('show', String(run.id)))
  assert.match(
    run.reason ?? '',
    /did not come up .* the former definition is restored, but .*: virsh destroy/,
  )
  assert.equal(busOf(definitionOf(web2.uuid)), 'ide')
})

test('a VM that comes up on virtio is measured, proven and kept; a person can undo it', async () => {
  // It spins in its firmware and would wait for the only CPU, which is harm to another VM.
  virsh('destroy', '--', web2.uuid)
  virsh('destroy', '--', web1.uuid)
  virsh('start', '--', web1.uuid)
  const run = await reaches('web1', ['kept', 'unproven', 'undone'], 1200)
  console.log(kvminfo('show', String(run.id)))
  assert.deepEqual([run.state, run.verdict], ['kept', 'improved'], run.reason ?? '')
  assert.equal(busOf(virsh('dumpxml', '--', web1.uuid)), 'virtio')
  kvminfo('undo', String(run.id))
  assert.equal(busOf(definitionOf(web1.uuid)), 'ide')
  assert.match(kvminfo('verify-journal'), /^The journal is whole/)
})
