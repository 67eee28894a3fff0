// The page of remediation, served by the real routes from a real journal, for a simulated host whose engine the test moves.

import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { isStopped } from '../../../src/actuator/kill-switch.ts'
import { createApp } from '../../../src/http/app.ts'
import { guardsOf } from '../../../src/remediate/approve/guards-document.ts'
import { historyOf } from '../../../src/remediate/approve/history.ts'
import { BearerTokens } from '../../../src/remediate/intake/bearer-tokens.ts'
import { receive } from '../../../src/remediate/journal/receive.ts'
import { createRemediationPage } from '../../../src/remediate/page/page-routes.ts'
import { runFigures } from '../../../src/remediate/report/run-figures.ts'
import { ask } from '../../../src/remediate/run/ask.ts'
import { planFor } from '../../../src/remediate/run/plan-for.ts'
import { createRemediationRouter } from '../../../src/remediate/server.ts'
import { scratchDirectory } from '../scratch.ts'
import { simulatedHost } from './simulated-host.ts'

export const token = 'token-of-approvers-456789'

/** `policy`: lines of the policy file besides the name of the host. */
export async function servedPage(policy = 'mode: propose', { hasApprovers = true } = {}) {
  const directory = scratchDirectory()
  const path = join(directory, 'approver.token')
  writeFileSync(path, `${token}\n`, { mode: 0o600 })
  const host = await simulatedHost(`${policy}\ncredentials: {approver: [${hasApprovers ? path : ''}]}`)
  // The page compares the times of runs with the present.
  host.clock.at = Date.now()
  const rundir = host.parts.paths.rundir
  const approvers = new BearerTokens(hasApprovers ? [path] : [])
  const { journal, engine, log } = host
  const router = createRemediationRouter({
    webhook: {
      ...{ tokens: approvers, policy: host.policy, sample: host.parts.sample, log },
      procfs: host.parts.paths.procfs,
      receive: (bodySha, alerts) => receive(journal, bodySha, alerts),
    },
    runs: {
      ...{ engine, approvers, rundir, version: '1.2.3' },
      isStopped: () => isStopped(rundir),
      guards: () => guardsOf(journal, host.policy),
      plan: (action, label, device) => planFor(action, label, device, host.parts),
      ask: (request) => ask(request, host.parts),
      history: historyOf(journal, host.parts.paths.procfs, () => 86_400_000),
    },
    metrics: {
      version: '1.2.3',
      figures: () => runFigures(journal, host.policy.current.policy),
      isActuatorUp: async () => true,
      overdueLeases: () => 0,
      isStopped: () => isStopped(rundir),
      isPolicyValid: () => true,
      isJournalWritable: () => true,
      isJournalIntact: () => true,
    },
    isReady: () => true,
    page: createRemediationPage('1.2.3'),
  })
  const server = createServer(createApp([router], log)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async () => {
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(stop)
  const { port } = server.address() as AddressInfo

  let isHeld = false
  const { clock } = host.parts
  const sleep = clock.sleep.bind(clock)
  clock.sleep = async (ms, signal) => {
    while (isHeld) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      signal.throwIfAborted()
    }
    return sleep(ms, signal)
  }
  return {
    ...{ host, rundir, stop },
    url: `http://127.0.0.1:${port}`,
    /** Lets no simulated time pass for a measurement, or lets it pass again. */
    hold: (held: boolean) => {
      isHeld = held
    },
  }
}
