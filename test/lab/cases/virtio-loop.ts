// The whole way that an operator installs, from a slow disk to a proven improvement, under a real libvirt: exporter,
// Prometheus with our rules, Alertmanager with our route, and `kvminfo remediate`. A VM reads its IDE disk through the
// firmware; its alert becomes a proposal, and after the approval its definition is changed, it is asked by ACPI to shut down,
// started, and measured on virtio, for which its boot sector has a driver. Prints what that changed beside the thesis.

import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { RunDocument } from '../../../src/remediate/approve/documents.ts'
import { table7_4 } from '../../rules/thesis-tables.ts'
import { busesOf, defineReader, virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { startDeployedAlertmanager, startDeployedPrometheus } from './stack/deployed.ts'
import { startExporter } from './stack/exporter.ts'
import type { Prometheus } from './stack/prometheus.ts'
import { kvminfo, newest, reaches, request, runs, startRemediate, token } from './stack/remediate.ts'

const uuid = '11111111-1111-4111-8111-111111111111'

const services: { stop(): Promise<void> }[] = []
let prometheus: Prometheus
let run: number

const note = (text: string): void => console.log(`${process.uptime().toFixed(0)} s: ${text}`)

/** The root-mode switch ratio of the last minute, by Prometheus. */
async function ratio(): Promise<number> {
  const rate = (what: string): string => `rate(kvminfo_vm_${what}_switches_total{vm="web1"}[1m])`
  const query = `${rate('kernel')} / (${rate('kernel')} + ${rate('userspace')})`
  await until('there is a rate', async () => (await prometheus.value(query)) !== undefined, 2000)
  return (await prometheus.value(query))!
}

before(async () => {
  // Alertmanager's intervals are shortened too, so the same alerts come twenty times as often as 'storm_alerts' expects.
  services.push(
    await startRemediate(`mode: propose
actions: {virtio-disk: {restart: true}}
vms: [{name: web1, virtio_ready: true}]
limits: {storm_alerts: 600}
measure: {restart_window: 3s, settle: 5s, boot: 60s, wait_for_load: 15m, placebo: 0}`),
  )
  mkdirSync('/etc/prometheus', { recursive: true })
  services.push(await startDeployedAlertmanager('127.0.0.1', token))
  services.push(await startExporter())
  prometheus = await startDeployedPrometheus('127.0.0.1', {
    hasRemediation: false,
    interval: '10s',
    topics: ['settings', 'recording', 'vm'],
  })
  services.push(prometheus)
  note('all services run')
})

after(async () => {
  virsh('destroy', '--', uuid)
  for (const service of services.reverse()) await service.stop()
})

test('a VM with an IDE disk: alert, proposal, approval, restart by ACPI, and it is proven on virtio', async () => {
  defineReader('web1', uuid, { hasAcpi: true, isStuck: false })
  virsh('start', '--', uuid)
  note('the VM runs')
  const isOfDisk = ({ action }: { action: string }): boolean => action === 'virtio-disk'
  await until('an alert has opened a run', async () => (await newest(isOfDisk)) !== undefined, 2000, 400)
  run = (await newest(isOfDisk))!.id
  await reaches(run, ['proposed'])
  console.log(kvminfo('show', String(run)))
  kvminfo('approve', String(run), '--yes')
  const before = await ratio()
  const id = virsh('domid', '--', uuid)
  const { verdict, reason } = await reaches(run, ['kept'], 1200)
  console.log(kvminfo('show', String(run)))
  assert.equal(verdict, 'improved')
  assert.notEqual(virsh('domid', '--', uuid), id, 'it was restarted')
  assert.deepEqual(busesOf(uuid), { live: 'virtio', next: 'virtio' })

  const { alerts, steps } = (await (await request(`/api/v1/runs/${run}`)).json()) as RunDocument
  assert.ok(alerts.length > 0)
  for (const { labels } of alerts) assert.equal(labels.alertname, 'KvmVmEmulatedDisk')
  // The definition, off, on: each once.
  assert.deepEqual(
    steps.map(({ phase, undo }) => [phase, undo]),
    Array.from({ length: 3 }, () => ['done', false]),
  )
  // A rate of a minute that has nothing of the time before the restart in it.
  const rows = 'kvminfo_vm_userspace_switches_total{vm="web1"}'
  const restarted = Date.parse(steps[2]!.at)
  await until('a minute has passed', () => Date.now() > restarted + 90_000, 2000)
  await until(
    'Prometheus scrapes it',
    async () => (await prometheus.samples(`${rows}[1m]`)).length >= 4,
    2000,
  )
  const afterwards = await ratio()
  const thesis = new Map(table7_4.rows.map(({ vm, kvmVmShare }) => [vm.split('-')[0], kvmVmShare]))
  console.log(
    `root-mode switch ratio of web1: ${before.toFixed(3)} on IDE, ${afterwards.toFixed(3)} on virtio; ` +
      `the thesis, table 7-4: ${thesis.get('untuned')!.toFixed(3)} and ${thesis.get('tuned')!.toFixed(3)}`,
  )
  console.log(reason)
  const nearNative = 0.9
  assert.ok(before < nearNative && afterwards > nearNative)
})

test('the alert ends, and nothing new is opened for the VM', async () => {
  const firing = (): Promise<unknown[]> => prometheus.labels('ALERTS{alertname="KvmVmEmulatedDisk"}')
  await until('the alert has ended', async () => (await firing()).length === 0, 2000, 400)
  assert.deepEqual(
    (await runs()).filter(({ action }) => action === 'virtio-disk').map(({ id, state }) => [id, state]),
    [[run, 'kept']],
  )
})

test('a person undoes it for the next start', () => {
  kvminfo('undo', String(run))
  assert.deepEqual(busesOf(uuid), { live: 'virtio', next: 'ide' })
  assert.match(kvminfo('verify-journal'), /^The journal is whole/)
})
