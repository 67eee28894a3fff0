// The part of the demo that runs inside the lab: three VMs under load and the programs that watch them, until the
// machine is switched off. Each line that it prints is a step of the start. The last step is `ready`; the lines after
// it are alerts that the webhook received.

import { execFileSync } from 'node:child_process'
import { startCompute, startReader } from '../lab/cases/firmware/vm.ts'
import { until } from '../lab/cases/kvminfo/until.ts'
import { startDeployedAlertmanager, startDeployedPrometheus } from '../lab/cases/stack/deployed.ts'
import { startExporter } from '../lab/cases/stack/exporter.ts'
import { startWebhook } from '../lab/cases/stack/webhook.ts'

/** Reachable from outside through the machine's NIC, and from inside through loopback. */
const everywhere = '0.0.0.0'
const token = 'a token of the demo'

execFileSync('modprobe', ['virtio_net'])
execFileSync('ip', ['address', 'add', '10.0.2.15/24', 'dev', 'eth0'])
execFileSync('ip', ['link', 'set', 'eth0', 'up'])

console.log('starting the exporter')
await startExporter({ host: everywhere })

console.log('starting Prometheus')
const prometheus = await startDeployedPrometheus(everywhere)

console.log('starting Alertmanager')
await startWebhook(token, ({ alerts }) => {
  for (const { status, labels } of alerts) {
    console.log(`${status}: ${labels.alertname} on VM ${labels.vm}, remediation ${labels.remediation}`)
  }
})
await startDeployedAlertmanager(everywhere, token)

console.log('starting three VMs: one reads an IDE disk, one reads a virtio disk, one computes')
startReader('ide', 'e1000')
startReader('virtio', 'virtio-net-pci')
startCompute()

console.log('waiting until Prometheus has enough samples for rates')
const rates = 'vm:kvminfo_switches:rate5m'
await until('there are rates of three VMs', async () => (await prometheus.labels(rates)).length === 3, 1000)
console.log('ready')
