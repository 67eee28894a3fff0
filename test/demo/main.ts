// npm run demo: a KVM host under emulation with VMs, exporter, Prometheus and Alertmanager, reached from here.

import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { Command } from 'commander'
import { runInLab } from '../lab/run-in-lab.ts'
import { stopOnSignal } from '../lab/stop-on-signal.ts'
import { missingPackages } from '../setup/missing-packages.ts'
import { freePort } from './ports.ts'
import { type Progress, showProgress } from './progress.ts'

/** A forgotten demo ends too. */
const longestSeconds = 24 * 3600

/** Each where it listens by default, if that is free here. */
const defaultPorts = { exporter: 9756, prometheus: 9090, alertmanager: 9093 }
type Ports = typeof defaultPorts

new Command('demo')
  .description(
    'Shows kvminfo at work on a machine without KVM: boots a KVM host under emulation with three VMs (one reads an ' +
      'IDE disk, one a virtio disk, one computes), the exporter, Prometheus with our rules and Alertmanager.',
  )
  .addHelpText(
    'after',
    `
It prints the addresses, all on 127.0.0.1, when they answer: a minute after its start on two idle cores, up to four on
busy ones, as all of it runs under emulation; the first time longer, as it fetches the kernel and builds the modules.
Ctrl-C ends it and leaves nothing behind.
Alerts wait a twentieth of what they wait on a real host, so that they fire while you watch.
It takes one CPU and 3 GiB of memory. What it needs of Debian: sudo npm run test:setup`,
  )
  .action(demo)
  .parse()

async function demo(): Promise<void> {
  const stop = stopOnSignal('demo', 1)
  const progress = showProgress(process.stdout)
  try {
    const missing = missingPackages()
    if (missing.length > 0)
      throw new Error(`Debian packages are missing: ${missing.join(' ')}. Run: sudo npm run test:setup`)
    await run(await freePorts(), progress, stop)
  } catch (error) {
    progress.end()
    // Ctrl-C also reaches every program that was started from here, so a failure after it is not an error.
    if (!stop.aborted) {
      console.error(`demo: ${error instanceof Error ? error.message : error}`)
      process.exitCode = 1
    }
  }
  if (stop.aborted) console.log('demo: ended; nothing is left behind')
}

async function freePorts(): Promise<Ports> {
  const [exporter, prometheus, alertmanager] = await Promise.all(
    Object.values(defaultPorts).map((port) => freePort(port)),
  )
  return { exporter: exporter!, prometheus: prometheus!, alertmanager: alertmanager! }
}

/** Returns when the machine is gone. */
async function run(ports: Ports, progress: Progress, signal: AbortSignal): Promise<void> {
  let ready = false
  const output = new PassThrough()
  createInterface({ input: output }).on('line', (line) => {
    if (ready) progress.say(`alert  ${line}`)
    else if (line === 'ready') {
      ready = true
      progress.end()
      console.log(whatToLookAt(ports))
    } else progress.step(line)
  })
  progress.step('a KVM host boots under emulation')
  const { reason, output: said } = await runInLab(join(import.meta.dirname, 'inside.ts'), {
    timeoutSeconds: longestSeconds,
    cpus: 1,
    forwards: Object.entries(defaultPorts).map(([name, inside]) => ({
      inside,
      outside: ports[name as keyof Ports],
    })),
    onOutput: (chunk) => output.write(chunk),
    onNote: (line) => progress.say(line),
    signal,
  })
  throw new Error(`the machine has ended: ${reason}\n${said}`)
}

function whatToLookAt({ exporter, prometheus, alertmanager }: Ports): string {
  const expression = 'vm:kvminfo_root_mode_switch:ratio_rate5m'
  const query = new URLSearchParams({ 'g0.expr': expression, 'g0.tab': '1' })
  return `
The exporter       http://127.0.0.1:${exporter}
its metrics        http://127.0.0.1:${exporter}/metrics
Share inside KVM   http://127.0.0.1:${prometheus}/graph?${query}
Alerts             http://127.0.0.1:${prometheus}/alerts
Alertmanager       http://127.0.0.1:${alertmanager}/api/v2/alerts

VM ide hands most of its exits to QEMU, VM virtio next to none: that is what kvminfo is about. Within two minutes the
alerts on VM ide fire, a little later those that all three starve, as they share one CPU. Alerts with a remedy are
shown here as a remediation is told of them. Ctrl-C ends the demo.
`
}
