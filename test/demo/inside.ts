// The demo's part inside of the lab: three VMs under load and what watches them, until the machine is switched off.
// Each line that it writes is a step; the last of the start is `ready`, those after it are calls of the webhook.

import { execFileSync } from 'node:child_process'
import { startCompute, startReader } from '../lab/cases/firmware/vm.ts'
import { until } from '../lab/cases/kvminfo/until.ts'
import { startDeployedAlertmanager, startDeployedPrometheus } from '../lab/cases/stack/deployed.ts'
import { startExporter } from '../lab/cases/stack/exporter.ts'
import { startWebhook } from '../lab/cases/stack/webhook.ts'

/** Reached from outside through the machine's NIC, from inside by loopback. */
const everywhere = '0.0.0.0'
const token = 'a token of the demo'

execFileSync('modprobe', ['virtio_net'])
execFileSync('ip', ['address', 'add', '10.0.2.15/24', 'dev', 'eth0'])
execFileSync('ip', ['link', 'set', 'eth0', 'up'])

console.log('the exporter starts')
await startExporter({ host: everywhere })

console.log('Prometheus starts')
const prometheus = await startDeployedPrometheus(everywhere)

console.log('Alertmanager starts')
await startWebhook(token, ({ alerts }) => {
  for (const { status, labels } of alerts) {
    console.log(`${status}: ${labels.alertname} of VM ${labels.vm}, remedy ${labels.remediation}`)
  }
})
await startDeployedAlertmanager(everywhere, token)

console.log('three VMs start: one reads an IDE disk, one a virtio disk, one computes')
startReader('ide', 'e1000')
startReader('virtio', 'virtio-net-pci')
startCompute()

console.log('Prometheus collects what it needs for rates')
const rates = 'vm:kvminfo_switches:rate5m'
await until('there are rates of three VMs', async () => (await prometheus.labels(rates)).length === 3, 1000)
console.log('ready')
