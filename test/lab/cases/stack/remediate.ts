// Asks the running `kvminfo remediate` of the lab, as an operator does.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import type { RunList, RunSummary } from '../../../../src/remediate/approve/documents.ts'
import { until } from '../kvminfo/until.ts'

const url = 'http://127.0.0.1:9757'

/** What Alertmanager sends. */
export const token = 'a-token-of-the-lab-0123456789'

/** Starts the program, with its actuator, as `kvm1`. `policy`: lines of the policy beside that and the token. */
export async function startRemediate(policy: string): Promise<{ stop(): Promise<void> }> {
  const directory = '/etc/kvminfo-remediate'
  mkdirSync(directory, { recursive: true })
  writeFileSync(`${directory}/token`, `${token}\n`, { mode: 0o640 })
  const credentials = `credentials: {alertmanager: [${directory}/token]}`
  writeFileSync(`${directory}/policy.yml`, `instances: [kvm1]\n${policy}\n${credentials}\n`)
  // The guests would otherwise take the only CPU.
  setPriority(-19)
  const program = spawn('kvminfo', ['remediate'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const isReady = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  await until('kvminfo remediate is ready', isReady, 1000, 600)
  return {
    async stop() {
      program.kill('SIGTERM')
      await once(program, 'exit')
    },
  }
}

/** Sends an alert until it opens a run: the first samples of the program may not have the VM yet. */
export async function fire(remediation: string, vm: string): Promise<void> {
  await until(
    `the alert for ${remediation} of ${vm} opens a run`,
    async () => (await sendAlert(remediation, { vm })) > 0,
    3000,
    100,
  )
}

/** Waits until the newest run of the VM is in one of these states. */
export async function reaches(vm: string, states: readonly string[], seconds: number): Promise<RunSummary> {
  let last = ''
  let run: RunSummary | undefined
  await until(
    `the run of ${vm} is ${states.join(' or ')}`,
    async () => {
      const all = (await runs()).filter((one) => one.vm === vm)
      run = all.toSorted((a, b) => b.id - a.id)[0]
      const now = `${vm}: ${run?.state} ${run?.reason ?? ''} ${run?.waits ?? ''}`
      if (now !== last) console.log(`${process.uptime().toFixed(0)} s: ${now}`)
      last = now
      return run !== undefined && states.includes(run.state)
    },
    2000,
    seconds,
  )
  return run!
}

/** Runs `kvminfo remediate` with these arguments and returns its output. */
export const kvminfo = (...args: readonly string[]): string =>
  execFileSync('kvminfo', ['remediate', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Whether the plan could be executed now. Not before the program's sources have seen the VM and its vCPU threads. */
export function canPlan(action: string, vm: string): boolean {
  try {
    return kvminfo('plan', action, vm, '--json').includes('"unmet": null')
  } catch {
    return false
  }
}

export async function request(path: string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(url + path, init)
  } catch {
    // The server has just closed a connection that was idle and was to be used again.
    return fetch(url + path, init)
  }
}

/** The open ones, then those that have ended. */
export async function runs(): Promise<RunSummary[]> {
  const { open, ended } = (await (await request('/api/v1/runs')).json()) as RunList
  return [...open, ...ended]
}

/** An alert asks for the action, as Alertmanager sends it. Returns how many runs it opens. */
async function sendAlert(
  remediation: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const alert = {
    status: 'firing',
    labels: { alertname: 'Lab', instance: 'kvm1', remediation, ...labels },
    annotations: {},
    startsAt: new Date().toISOString(),
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: '',
    fingerprint: Date.now().toString(16),
  }
  const answer = await request('/alerts', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({
      ...{ version: '4', groupKey: 'lab', truncatedAlerts: 0, status: 'firing', receiver: 'lab' },
      ...{ groupLabels: {}, commonLabels: {}, commonAnnotations: {}, externalURL: '', alerts: [alert] },
    }),
  })
  assert.equal(answer.status, 202, await answer.clone().text())
  return ((await answer.json()) as { opened: number }).opened
}

/** Sends such an alert. Returns the run that it opens once that is in none of the states in which it only waits. */
export async function ask(
  remediation: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<RunSummary> {
  const known = new Set((await runs()).map(({ id }) => id))
  await sendAlert(remediation, labels)
  return reached(
    `${remediation} is decided`,
    ({ id, state }) => !known.has(id) && !['received', 'approved', 'applying'].includes(state),
    120,
  )
}

/** The run once it has ended, or waits for the next start of its VM. */
export const ended = (id: number, seconds = 120): Promise<RunSummary> =>
  reached(
    `run ${id} has ended`,
    (run) =>
      run.id === id &&
      !['received', 'approved', 'applying', 'measuring', 'undoing', 'proposed'].includes(run.state),
    seconds,
  )

async function reached(
  what: string,
  isIt: (run: RunSummary) => boolean,
  seconds: number,
): Promise<RunSummary> {
  let run: RunSummary | undefined
  const isThere = async () => {
    run = (await runs()).find(isIt)
    return run !== undefined
  }
  await until(what, isThere, 1000, seconds)
  return run!
}
