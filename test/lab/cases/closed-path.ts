// The whole path that an operator installs, on real VMs: exporter, Prometheus with our rules, Alertmanager with our
// example, and the webhook that it calls. The VM on emulated devices is reported, its twin on virtio is not, and the
// report is resolved when the work is over. Every expression is the shipped one. Only two settings differ: alerts
// wait for a shorter time (stack/pace.ts), and a VM is judged from a lower activity on (stack/low-floor.ts).

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import type { Report } from '../../../src/report/document.ts'
import { type FirmwareVm, startReader } from './firmware/vm.ts'
import { until } from './kvminfo/until.ts'
import { startDeployedAlertmanager, startDeployedPrometheus } from './stack/deployed.ts'
import { startExporter } from './stack/exporter.ts'
import type { Labels, Prometheus } from './stack/prometheus.ts'
import type { Service } from './stack/service.ts'
import { startWebhook, type Webhook, type WebhookAlert } from './stack/webhook.ts'

const token = 'a token of the lab'
/** The alerts about devices. VMs may also fire others, because they wait for the only emulated CPU. */
const onDevices = ['KvmVmEmulatedDisk', 'KvmVmEmulatedNic', 'KvmVmIoBound']

/** The range of the rates in the alerts' expressions. For this long after the work, the rates still show it. */
const rangeSeconds = 300

/** The time between two queries to Prometheus. */
const queryMs = 2000

/** Of the report. */
const rangeMinutes = 24

const services: Service[] = []
let webhook: Webhook
let alertmanager: Service
let prometheus: Prometheus
let ide: FirmwareVm
let virtio: FirmwareVm

before(async () => {
  webhook = await startWebhook(token)
  alertmanager = await startDeployedAlertmanager('127.0.0.1', token)
  services.push(alertmanager)
  services.push(await startExporter())
  prometheus = await startDeployedPrometheus('127.0.0.1', { hasRemediation: false })
  services.push(prometheus)
  console.log(`all services run after ${process.uptime().toFixed(1)} s`)
  // Started last, so that their work does not slow down the start of the services.
  ide = startReader('ide', 'e1000')
  virtio = startReader('virtio', 'virtio-net-pci')
})

after(async () => {
  for (const service of services.reverse()) await service.stop()
  await webhook.stop()
  await Promise.all([ide.end(), virtio.end()])
})

/** All alerts about devices that the webhook received with this status, the newest last. */
function received(status: WebhookAlert['status']): WebhookAlert[] {
  const alerts = webhook.calls.flatMap((call) => call.alerts)
  return alerts.filter((alert) => alert.status === status && onDevices.includes(alert.labels.alertname!))
}

const nameOf = ({ labels }: { labels: Labels }): string => labels.alertname!

const firing = async (): Promise<Labels[]> =>
  (await prometheus.labels('ALERTS{alertstate="firing"}')).filter((labels) =>
    onDevices.includes(labels.alertname!),
  )

const classOf = async (vm: string): Promise<(string | undefined)[]> =>
  (await prometheus.labels(`vm:kvminfo_class:info{vm="${vm}"}`)).map((labels) => labels.class)

const ofIde = { alertstate: 'firing', instance: 'kvm1', job: 'kvminfo', severity: 'warning', vm: 'ide' }
const disk = { ...ofIde, alertname: 'KvmVmEmulatedDisk', device: 'ide0-hd0', bus: 'ide' }
const nic = { ...ofIde, alertname: 'KvmVmEmulatedNic', device: 'net0', model: 'e1000' }

test('alerts fire for the VM on emulated devices and name them', async () => {
  // On a busy machine the services that must evaluate the rules start slowly, too.
  await until('three alerts fire', async () => (await firing()).length >= 3, queryMs, rangeSeconds)
  console.log(`the alerts fire after ${process.uptime().toFixed(1)} s`)
  const alerts = (await firing()).sort((a, b) => a.alertname!.localeCompare(b.alertname!))
  assert.deepEqual(
    alerts.map(({ __name__, ...labels }) => labels),
    [
      { ...disk, remediation: 'virtio-disk' },
      { ...nic, remediation: 'virtio-nic' },
      { ...ofIde, alertname: 'KvmVmIoBound' },
    ],
  )
})

test('the webhook gets, with the token, the alerts that a remediation can act on', async () => {
  await until('both devices are reported', () => new Set(received('firing').map(nameOf)).size >= 2)
  assert.deepEqual(webhook.refused, [])
  for (const { version, receiver } of webhook.calls) {
    assert.deepEqual({ version, receiver }, { version: '4', receiver: 'kvminfo-remediation' })
  }
  const found = received('firing').find((alert) => nameOf(alert) === 'KvmVmEmulatedDisk')!
  const { alertstate, ...labels } = { ...disk, remediation: 'virtio-disk' }
  assert.deepEqual(found.labels, labels)
  assert.match(found.annotations.runbook_url!, /\/KvmVmEmulatedDisk\.md$/)
  assert.deepEqual(
    received('firing').filter((alert) => nameOf(alert) === 'KvmVmIoBound' || alert.labels.vm !== 'ide'),
    [],
  )
})

test('the alert that names the device inhibits the one that sees only its effect', async () => {
  const filter = new URLSearchParams({ filter: 'alertname="KvmVmIoBound"' })
  const answer = await fetch(`${alertmanager.url}/api/v2/alerts?${filter}`)
  const alerts = (await answer.json()) as { status: { state: string; inhibitedBy: string[] } }[]
  assert.deepEqual(
    alerts.map(({ status }) => status.state),
    ['suppressed'],
  )
  assert.ok(alerts[0]!.status.inhibitedBy.length > 0)
})

test('the VM on virtio is judged, too, but not reported', async () => {
  for (const vm of ['ide', 'virtio']) {
    const rate = (await prometheus.value(`vm:kvminfo_switches:rate5m{vm="${vm}"}`))!
    const ratio = (await prometheus.value(`vm:kvminfo_root_mode_switch:ratio_rate5m{vm="${vm}"}`))!
    const ofIo = (await prometheus.value(`vm:kvminfo_io_exit:ratio_rate5m{vm="${vm}"}`))!
    console.log(
      `${vm}: ${rate.toFixed(0)} exits a second, ${ratio.toFixed(3)} of them handled in KVM, ${ofIo.toFixed(3)} port I/O`,
    )
  }
  assert.deepEqual(await classOf('ide'), ['emulated-io'])
  // Its boot sector uses the legacy interface of virtio, whose kicks are port I/O that KVM handles.
  assert.deepEqual(await classOf('virtio'), ['in-kernel-io'])
  assert.deepEqual(await prometheus.labels('ALERTS{vm="virtio",alertname=~"KvmVm(IoBound|Emulated.*)"}'), [])
})

test('the alerts are resolved when the work is over', async () => {
  ide.freeze()
  // The other VM, too, because nothing is left to test except that five minutes pass.
  virtio.freeze()
  await until(
    'both are resolved',
    () => new Set(received('resolved').map(nameOf)).size >= 2,
    queryMs,
    rangeSeconds + 180,
  )
  console.log(`the alerts are resolved after ${process.uptime().toFixed(1)} s`)
  assert.deepEqual(await firing(), [])
  const [resolved] = received('resolved').filter((alert) => nameOf(alert) === 'KvmVmEmulatedDisk')
  const first = received('firing').find((alert) => nameOf(alert) === 'KvmVmEmulatedDisk')!
  // A receiver recognizes the alert by these two.
  assert.deepEqual(resolved!.labels, first.labels)
  assert.equal(resolved!.startsAt, first.startsAt)
})

test('kvminfo report finds the same VMs, and the same cost, in that Prometheus', async () => {
  const flags = [`--prometheus=${prometheus.url}`, `--range=${rangeMinutes}m`, '--step=2m', '--format=json']
  const { stdout, stderr } = await promisify(execFile)('kvminfo', ['report', ...flags], {
    maxBuffer: 64 * 1024 * 1024,
  })
  assert.equal(stderr, '')
  const report = JSON.parse(stdout) as Report
  const [host] = report.hosts
  assert.deepEqual([host?.name, host?.vms, host?.isCurrent], ['kvm1', 2, true])
  // Prometheus is younger than the range. That is no gap, and counts as covered since the host was first seen; only the step
  // in which that was is not whole.
  assert.deepEqual(report.gaps, [])
  assert.ok(host!.coverage > 0.5 && host!.coverage <= 1, `coverage ${host!.coverage}`)
  for (const vm of report.vms) {
    const { name, emulatedDisks, emulatedNics, exits, wait, diskWait } = vm
    console.log(JSON.stringify({ name, exits, wait, diskWait, saving: vm.saving, memory: vm.memory }))
    // What it says about a whole range is what Prometheus says about that range.
    const seen = await prometheus.value(
      `sum(increase(kvminfo_vm_userspace_wait_seconds_total{vm="${name}"}[${rangeMinutes}m]))`,
    )
    assert.ok(
      wait! > 0 && Math.abs(wait! * vm.hours * 3600 - seen!) < 0.35 * seen!,
      `${name}: ${wait} of ${seen}`,
    )
    assert.deepEqual([emulatedDisks, emulatedNics], name === 'ide' ? [['ide0-hd0'], ['net0']] : [[], []])
    assert.equal(vm.memory.given, 32 * 1024 ** 2)
    assert.equal(vm.isRunning, true)
  }
  const [ide, virtio] = ['ide', 'virtio'].map((name) => report.vms.find((vm) => vm.name === name)!)
  assert.ok(ide!.diskWait! > 0.5 * ide!.wait!, 'most of the wait is at the disk')
  assert.equal(virtio!.diskWait, null)
  assert.ok(ide!.saving!.high > 0 && ide!.saving!.high <= ide!.wait!)
  assert.equal(virtio!.saving, null)
})
