// npm run demo: a KVM host under emulation with VMs, exporter, Prometheus, Alertmanager and kvminfo remediate, reachable
// from this machine.

import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { Command } from 'commander'
import { runInLab } from '../lab/run-in-lab.ts'
import { stopOnSignal } from '../lab/stop-on-signal.ts'
import { missingPackages } from '../setup/missing-packages.ts'
import { freePort } from './ports.ts'
import { type Progress, showProgress } from './progress.ts'
import { approverToken, windowSeconds } from './settings.ts'

/** So that a forgotten demo ends, too. */
const longestSeconds = 24 * 3600

/** The default ports. If one is not free on this machine, the demo uses another one. */
const defaultPorts = { exporter: 9756, remediation: 9757, prometheus: 9090, alertmanager: 9093 }
type Ports = typeof defaultPorts

new Command('demo')
  .description(
    'Shows kvminfo at work on a machine without KVM: boots a KVM host under emulation with three VMs (one reads an ' +
      'IDE disk, one reads a virtio disk, one computes), the exporter, Prometheus with our rules, Alertmanager, and ' +
      'kvminfo remediate.',
  )
  .option('--approve', 'approve the proposal for VM compute yourself, instead of on the page')
  .addHelpText(
    'after',
    `
It prints its progress and, once everything is up, the addresses, all on 127.0.0.1. Start-up takes one to four minutes
on two cores, because everything runs under emulation. The first run also downloads a kernel and builds the modules.
Alert durations ("for:") are shortened to a twentieth, so that alerts fire while you watch, and remediation measures
in windows of ${windowSeconds} s instead of 15 s.
Ctrl-C ends the demo and leaves nothing behind. A second Ctrl-C, a second or more later, ends it at once.
It uses one CPU (for two emulated ones) and 3 GiB of memory.
To install the Debian packages that it needs: sudo npm run test:setup`,
  )
  .action(demo)
  .parse()

async function demo({ approve = false }: { readonly approve?: boolean }): Promise<void> {
  const stop = stopOnSignal('demo', 1)
  const progress = showProgress(process.stdout)
  try {
    const missing = missingPackages()
    if (missing.length > 0)
      throw new Error(`Debian packages are missing: ${missing.join(' ')}. Run: sudo npm run test:setup`)
    await run(await freePorts(), approve, progress, stop)
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
  const { exporter, remediation, prometheus, alertmanager } = defaultPorts
  return {
    exporter: await freePort(exporter),
    remediation: await freePort(remediation),
    prometheus: await freePort(prometheus),
    alertmanager: await freePort(alertmanager),
  }
}

/** Runs the machine. Always throws, because the machine ends only on Ctrl-C or on a failure. */
async function run(ports: Ports, approve: boolean, progress: Progress, signal: AbortSignal): Promise<void> {
  let ready = false
  const output = new PassThrough()
  createInterface({ input: output }).on('line', (line) => {
    if (ready) progress.say(line)
    else if (line === 'ready') {
      ready = true
      progress.end()
      console.log(addresses(ports, approve))
    } else progress.step(line)
  })
  progress.step('booting a KVM host under emulation')
  const { reason, output: said } = await runInLab(join(import.meta.dirname, 'inside.ts'), {
    timeoutSeconds: longestSeconds,
    cpus: 2,
    args: approve ? ['--approve'] : [],
    forwards: Object.entries(defaultPorts).map(([name, inside]) => ({
      inside,
      outside: ports[name as keyof Ports],
    })),
    onOutput: (chunk) => output.write(chunk),
    onNote: (line) => progress.say(line),
    signal,
  })
  throw new Error(`the machine ended: ${reason}\n${said}`)
}

function addresses({ exporter, remediation, prometheus, alertmanager }: Ports, approve: boolean): string {
  const expression = 'vm:kvminfo_root_mode_switch:ratio_rate5m'
  const query = new URLSearchParams({ 'g0.expr': expression, 'g0.tab': '1' })
  return `
Exporter           http://127.0.0.1:${exporter}
Metrics            http://127.0.0.1:${exporter}/metrics
Root-mode ratio    http://127.0.0.1:${prometheus}/graph?${query}
Alerts             http://127.0.0.1:${prometheus}/alerts
Alertmanager       http://127.0.0.1:${alertmanager}/api/v2/alerts
Remediation        http://127.0.0.1:${remediation}

VM ide hands most of its exits to QEMU, VM virtio almost none. kvminfo shows this difference. The alerts on VM ide fire
within two minutes. VM compute shares its CPU with a program of the host, so it waits for half of the time. A minute or
two later an alert says so, and kvminfo remediate proposes a tier for it.

${
  approve
    ? 'The demo approves this proposal itself (--approve).'
    : `Approve it on the page of Remediation. The page asks for a token: ${approverToken}`
}
The tier is then applied and undone by turns, which takes four to five minutes here, and kept if VM compute waited less
and the other two VMs did not wait longer. On a busy machine their waiting swings by itself, which can look like harm.
What remediation does is printed below. For the demo, its measurement windows are ${windowSeconds} s instead of 15 s, the tier is a
nice value instead of a real-time policy, and the alert that the whole host is short of CPU is off, because an emulated
host always is, and that alert would inhibit the one on VM compute. Press Ctrl-C to end the demo.
`
}
