// `kvminfo remediate`: connects journal, engine, webhook and web server, starts the actuator unless another service is it,
// and runs until a signal stops it. Stopping changes nothing on the host.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ActuatorClient } from '../../actuator/client.ts'
import { isStopped } from '../../actuator/kill-switch.ts'
import { overdueLeases } from '../../actuator/overdue-leases.ts'
import { KvminfoError } from '../../errors.ts'
import { createApp } from '../../http/app.ts'
import { WebServer } from '../../http/web-server.ts'

import { takeSample } from '../../observe/sample.ts'
import { PolicyFile } from '../../policy/policy-file.ts'
import { guardsOf } from '../../remediate/approve/guards-document.ts'
import { historyOf } from '../../remediate/approve/history.ts'
import { BearerTokens } from '../../remediate/intake/bearer-tokens.ts'
import { ChainWatch } from '../../remediate/journal/chain-watch.ts'
import { bootId, hostClock } from '../../remediate/journal/clock.ts'
import { openJournal } from '../../remediate/journal/journal.ts'
import { prune } from '../../remediate/journal/prune.ts'
import { receive } from '../../remediate/journal/receive.ts'
import { storeOf } from '../../remediate/journal/store.ts'
import { createRemediationPage } from '../../remediate/page/page-routes.ts'
import { runFigures } from '../../remediate/report/run-figures.ts'
import { ask } from '../../remediate/run/ask.ts'
import { Engine } from '../../remediate/run/engine.ts'
import type { EngineParts } from '../../remediate/run/engine-parts.ts'
import { Executor } from '../../remediate/run/executor.ts'
import { planFor } from '../../remediate/run/plan-for.ts'
import { createRemediationRouter, listenLocally } from '../../remediate/server.ts'
import { libvirtReaders } from '../../remediate/target/libvirt.ts'
import { createHost } from '../../sources/host.ts'
import { SharedSnapshot } from '../../sources/shared-snapshot.ts'
import { startActuatorProcess } from '../actuator-process.ts'
import { commandLog } from '../command-log.ts'
import type { RemediateFlags } from '../remediate-flags.ts'
import { connectServiceManager, pingWatchdog } from '../service-manager.ts'
import { stopSignal } from '../stop-signal.ts'
import { version } from '../version.ts'
import { openWebGates } from '../web-gates.ts'
import { controlSocket } from './control-socket.ts'

const stopGraceMs = 5_000

/** How often the journal is asked whether its disk has space again, and old alerts are removed. */
const upkeepMs = 60_000

/** How long alerts and measurements of ended runs are kept. */
const keepMs = 90 * 86_400_000

/** How long a scrape of the metrics waits for the actuator. */
const pingMs = 2_000

const answers = (actuator: ActuatorClient): Promise<boolean> =>
  actuator.ping().then(
    ({ outcome }) => outcome === 'done',
    () => false,
  )

export async function remediate(options: RemediateFlags): Promise<void> {
  const stopped = stopSignal()
  const log = commandLog(options)
  const policy = new PolicyFile(options.policyFile, log)
  const { credentials } = policy.current.policy
  const alertmanager = new BearerTokens(credentials.alertmanager)
  const approvers = new BearerTokens(credentials.approver)
  if (options.checksConfig) {
    console.log(`${options.policyFile} is valid`)
    return
  }
  if (alertmanager.isEmpty) {
    throw new KvminfoError(
      'CONFIG_INVALID',
      `${options.policyFile}: credentials.alertmanager names no token file, so nobody could send alerts; deploy/remediation/README.md says how to make one`,
    )
  }
  const gates = await openWebGates(options, log)

  const journal = openJournal(options.stateDirectory, { clock: hostClock, boot: bootId(options.procfs), log })
  const socket = options.actuatorSocket ?? join(options.rundir, 'kvminfo/actuate.sock')
  const child =
    options.actuatorSocket === undefined
      ? startActuatorProcess(
          [
            `--actuator.socket=${socket}`,
            `--policy.file=${options.policyFile}`,
            `--path.procfs=${options.procfs}`,
            `--path.sysfs=${options.sysfs}`,
            `--path.rundir=${options.rundir}`,
            `--log.level=${options.logLevel}`,
            `--log.format=${options.logFormat}`,
          ],
          log,
        )
      : undefined
  const actuator = new ActuatorClient(socket)
  const host = createHost(options)
  const snapshots = new SharedSnapshot(host)
  const store = storeOf(journal)
  const chain = new ChainWatch(journal, log)
  const sample = async () => takeSample(await snapshots.snapshot())
  const stops = () => isStopped(options.rundir)
  const parts: EngineParts = {
    ...{ store, actuator, policy, log, sample, paths: options, isStopped: stops },
    executor: new Executor(store, actuator),
    ...libvirtReaders(options.rundir),
    clock: { ...hostClock, sleep: (ms, signal) => sleep(ms, undefined, { signal }) },
  }
  const engine = new Engine(parts)
  const router = createRemediationRouter({
    webhook: {
      ...{ tokens: alertmanager, policy, sample, procfs: options.procfs, log },
      receive: (bodySha, alerts) => receive(journal, bodySha, alerts, policy.current.policy.limits.cooldown),
    },
    runs: {
      ...{ engine, approvers, rundir: options.rundir, isStopped: stops, version },
      guards: () => guardsOf(journal, policy),
      ask: (request) => ask(request, parts),
      plan: (action, label, device) => planFor(action, label, device, parts),
      history: historyOf(journal, options.procfs, () => policy.current.policy.limits.approval_expires),
    },
    metrics: {
      version,
      figures: () => runFigures(journal, policy.current.policy),
      isActuatorUp: () => answers(new ActuatorClient(socket, pingMs)),
      overdueLeases: () => overdueLeases(options.rundir, hostClock.uptime()),
      isStopped: stops,
      isPolicyValid: () => policy.problem === undefined,
      isJournalWritable: () => !journal.isFull && journal.failure === undefined,
      isJournalIntact: () => chain.isIntact,
    },
    isReady: () => journal.failure === undefined,
    page: createRemediationPage(version),
  })

  // Before anybody can ask for something new.
  await engine.recover()
  const local = await listenLocally(controlSocket(options.rundir), router, log)
  const app = createApp([...gates.handlers, router], log)
  const server = await WebServer.start(options.listenAddresses, app, gates.config, log)
  for (const url of server.urls) log.info({ url, version }, 'listening')
  engine.start()
  const upkeep = setInterval(() => {
    journal.checkSpace()
    chain.check()
    prune(journal, keepMs)
  }, upkeepMs)

  const manager = await connectServiceManager(process.env, process.pid, log)
  const stopPinging = pingWatchdog(manager, () => journal.failure === undefined)
  manager.notify('READY=1')

  const signal = await stopped
  log.info({ signal }, 'stopping; what is applied stays, and is looked after at the next start')
  manager.notify('STOPPING=1')
  clearInterval(upkeep)
  await engine.stop()
  await server.stop(stopGraceMs)
  await new Promise((resolve) => {
    local.close(resolve)
    local.closeAllConnections()
  })
  stopPinging()
  await child?.stop()
  host.close()
  journal.close()
  log.info('stopped')
}
