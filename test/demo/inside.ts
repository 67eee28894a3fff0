// The part of the demo that runs inside the lab: three VMs under load, the programs that watch them, and kvminfo remediate,
// until the machine is switched off. Each line that it prints is a step of the start. The last step is `ready`; the lines
// after it say what remediation does. With the argument --approve it approves the proposal for VM compute itself.

import { execFileSync, spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { startCompute, startReader } from '../lab/cases/firmware/vm.ts'
import { until } from '../lab/cases/kvminfo/until.ts'
import { startDeployedAlertmanager, startDeployedPrometheus } from '../lab/cases/stack/deployed.ts'
import { startExporter } from '../lab/cases/stack/exporter.ts'
import { newsOf } from './news.ts'
import { approve, runs, startRemediation, windowsMeasured } from './remediation.ts'

/** Reachable from outside through the machine's NIC, and from inside through loopback. */
const everywhere = '0.0.0.0'
const token = 'a-token-of-alertmanager-in-the-demo'
const approvesItself = process.argv.includes('--approve')

/** What this process starts from now on runs on these CPUs only. */
const startOn = (cpus: string): void =>
  void execFileSync('taskset', ['--pid', '--cpu-list', cpus, String(process.pid)], { stdio: 'ignore' })

execFileSync('modprobe', ['virtio_net'])
execFileSync('ip', ['address', 'add', '10.0.2.15/24', 'dev', 'eth0'])
execFileSync('ip', ['link', 'set', 'eth0', 'up'])

startOn('0')
// The programs must answer although VMs want the same CPU.
setPriority(-19)
console.log('starting the exporter')
await startExporter({ host: everywhere })

console.log('starting kvminfo remediate')
await startRemediation(everywhere, token)

console.log('starting Prometheus')
const prometheus = await startDeployedPrometheus(everywhere, { hasHostCpuAlert: false, interval: '15s' })

console.log('starting Alertmanager')
await startDeployedAlertmanager(everywhere, token)

console.log('starting three VMs: one reads an IDE disk, one reads a virtio disk, one computes')
setPriority(0)
startReader('ide', 'e1000')
startReader('virtio', 'virtio-net-pci')
// The program that competes with VM compute for a CPU, such as a backup of the host.
startOn('1')
startCompute()
spawn('/bin/sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' })
startOn('0')
setPriority(-19)

console.log('waiting until Prometheus has enough samples for rates')
const rates = 'vm:kvminfo_switches:rate5m'
await until(
  'there are rates of three VMs',
  async () => (await prometheus.labels(rates)).length === 3,
  1000,
  600,
)
console.log('ready')

const told = new Map<number, string>()
for (;;) {
  for (const run of await runs()) {
    const news = newsOf(run, run.state === 'measuring' ? await windowsMeasured(run.id) : 0)
    if (news === told.get(run.id)) continue
    told.set(run.id, news)
    console.log(news)
    if (approvesItself && run.vm === 'compute' && run.state === 'proposed') console.log(approve(run.id))
  }
  await setTimeout(2000)
}
