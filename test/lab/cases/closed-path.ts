// The whole path that an operator installs, on real VMs: exporter, Prometheus with our rules, Alertmanager with our
// example, and the webhook that it calls. The VM on emulated devices is reported, its twin on virtio is not, and the
// report is withdrawn when the work is over. Only configuration is changed: how long an alert waits
// (stack/pace.ts), and from which activity on a VM is judged (stack/low-floor.ts). Every expression is the shipped one.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type FirmwareVm, startReader } from './firmware/vm.ts'
import { until } from './kvminfo/until.ts'
import { startDeployedAlertmanager, startDeployedPrometheus } from './stack/deployed.ts'
import { startExporter } from './stack/exporter.ts'
import type { Labels, Prometheus } from './stack/prometheus.ts'
import type { Service } from './stack/service.ts'
import { startWebhook, type Webhook, type WebhookAlert } from './stack/webhook.ts'

const token = 'a token of the lab'
/** Of VMs; a VM may also wait for the one emulated CPU, whatever its devices. */
const onDevices = ['KvmVmEmulatedDisk', 'KvmVmEmulatedNic', 'KvmVmIoBound']

/** Of the rates that the alerts look at: so long the work of a VM is not over for them. */
const rangeSeconds = 300

/** Between two looks into Prometheus. */
const queryMs = 2000

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
  prometheus = await startDeployedPrometheus('127.0.0.1')
  services.push(prometheus)
  console.log(`all run after ${process.uptime().toFixed(1)} s`)
  // Last: until they work there is nothing to compete with the start of the others.
  ide = startReader('ide', 'e1000')
  virtio = startReader('virtio', 'virtio-net-pci')
})

after(async () => {
  for (const service of services.reverse()) await service.stop()
  await webhook.stop()
  await Promise.all([ide.end(), virtio.end()])
})

/** All that the webhook was told about devices, the newest last. */
function told(status: WebhookAlert['status']): WebhookAlert[] {
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

test('the VM on emulated devices is I/O bound, and its devices are named', async () => {
  await until('three alerts fire', async () => (await firing()).length >= 3, queryMs)
  console.log(`they fire after ${process.uptime().toFixed(1)} s`)
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

test('the webhook is told, with the token, of what a remediation can act on', async () => {
  await until('both devices are reported', () => new Set(told('firing').map(nameOf)).size >= 2)
  assert.deepEqual(webhook.refused, [])
  for (const { version, receiver } of webhook.calls) {
    assert.deepEqual({ version, receiver }, { version: '4', receiver: 'kvminfo-remediation' })
  }
  const found = told('firing').find((alert) => nameOf(alert) === 'KvmVmEmulatedDisk')!
  const { alertstate, ...labels } = { ...disk, remediation: 'virtio-disk' }
  assert.deepEqual(found.labels, labels)
  assert.match(found.annotations.runbook_url!, /\/KvmVmEmulatedDisk\.md$/)
  assert.deepEqual(
    told('firing').filter((alert) => nameOf(alert) === 'KvmVmIoBound' || alert.labels.vm !== 'ide'),
    [],
  )
})

test('the alert that names the device silences the one that sees only its effect', async () => {
  const filter = new URLSearchParams({ filter: 'alertname="KvmVmIoBound"' })
  const answer = await fetch(`${alertmanager.url}/api/v2/alerts?${filter}`)
  const alerts = (await answer.json()) as { status: { state: string; inhibitedBy: string[] } }[]
  assert.deepEqual(
    alerts.map(({ status }) => status.state),
    ['suppressed'],
  )
  assert.ok(alerts[0]!.status.inhibitedBy.length > 0)
})

test('the VM on virtio is judged too and not reported', async () => {
  for (const vm of ['ide', 'virtio']) {
    const rate = (await prometheus.value(`vm:kvminfo_switches:rate5m{vm="${vm}"}`))!
    const ratio = (await prometheus.value(`vm:kvminfo_root_mode_switch:ratio_rate5m{vm="${vm}"}`))!
    console.log(`${vm}: ${rate.toFixed(0)} switches a second, ${ratio.toFixed(3)} of them inside KVM`)
  }
  assert.deepEqual(await classOf('ide'), ['io'])
  assert.deepEqual(await classOf('virtio'), ['compute'])
  assert.deepEqual(await prometheus.labels('ALERTS{vm="virtio",alertname=~"KvmVm(IoBound|Emulated.*)"}'), [])
})

test('when its work is over, the report is withdrawn', async () => {
  ide.freeze()
  // And its neighbour: what is left to see is that five minutes pass.
  virtio.freeze()
  await until(
    'both are resolved',
    () => new Set(told('resolved').map(nameOf)).size >= 2,
    queryMs,
    rangeSeconds + 180,
  )
  console.log(`they are resolved after ${process.uptime().toFixed(1)} s`)
  assert.deepEqual(await firing(), [])
  const [resolved] = told('resolved').filter((alert) => nameOf(alert) === 'KvmVmEmulatedDisk')
  const first = told('firing').find((alert) => nameOf(alert) === 'KvmVmEmulatedDisk')!
  // By both a receiver knows the alert again.
  assert.deepEqual(resolved!.labels, first.labels)
  assert.equal(resolved!.startsAt, first.startsAt)
})
