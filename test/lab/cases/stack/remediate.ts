// Starts `kvminfo remediate` in the lab, and asks it as Alertmanager and as an operator do.

import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { type ActionName, finalStates, type RunState } from '../../../../src/model/remediation.ts'
import type { RunList, RunSummary } from '../../../../src/remediate/approve/documents.ts'
import { until } from '../kvminfo/until.ts'

const url = 'http://127.0.0.1:9757'

/** What Alertmanager sends. */
export const token = 'a-token-of-the-lab-0123456789'

/** With this one a person decides. */
export const approver = 'a-token-of-an-approver-0123456789'

/** `policy`: its lines beside the name of the host and the credentials. */
export function writePolicy(policy: string): void {
  const directory = '/etc/kvminfo-remediate'
  mkdirSync(directory, { recursive: true })
  const files = Object.entries({ alertmanager: token, approver }).map(([name, text]) => {
    writeFileSync(`${directory}/${name}.token`, `${text}\n`, { mode: 0o640 })
    return `${name}: [${directory}/${name}.token]`
  })
  writeFileSync(
    `${directory}/policy.yml`,
    `instances: [kvm1]\n${policy}\ncredentials: {${files.join(', ')}}\n`,
  )
}

/**
 * Starts the program, with its actuator, as `kvm1`. What the case starts from then on has a high priority too, like the
 * program, because guests would otherwise take the only CPU.
 */
export async function startRemediate(policy: string): Promise<{ stop(): Promise<void> }> {
  writePolicy(policy)
  setPriority(-19)
  const program = spawn('kvminfo', ['remediate'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = once(program, 'exit')
  const isReady = async () => {
    assert.equal(program.exitCode, null, 'kvminfo remediate still runs')
    return isAnswering()
  }
  await until('kvminfo remediate is ready', isReady, 1000, 600)
  console.log(`kvminfo remediate is ready after ${process.uptime().toFixed(0)} s`)
  return {
    async stop() {
      program.kill('SIGTERM')
      assert.deepEqual(await exited, [0, null], 'kvminfo remediate exits with 0 after SIGTERM')
    },
  }
}

export const isAnswering = (): Promise<boolean> =>
  fetch(`${url}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  )

/**
 * Sends an alert until it opens a run, and returns the run's number. The first samples of the program may not have the VM
 * yet.
 */
export async function fire(
  remediation: ActionName,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const isOpened = async () => (await sendAlert(remediation, labels)) > 0
  await until(`the alert for ${remediation} opens a run`, isOpened, 3000, 300)
  return (await newest(({ action }) => action === remediation))!.id
}

/** The newest of such runs. */
export async function newest(isIt: (run: RunSummary) => boolean): Promise<RunSummary | undefined> {
  return (await runs()).filter(isIt).toSorted((a, b) => b.id - a.id)[0]
}

/** Waits until the run is in one of these states. Fails at once if it has ended in another one. */
export async function reaches(id: number, states: readonly RunState[], seconds = 300): Promise<RunSummary> {
  let last = ''
  let run: RunSummary | undefined
  const isThere = async () => {
    run = await newest((one) => one.id === id)
    const now = `run ${id}, ${run?.action} of ${run?.vm}: ${run?.state} ${run?.reason ?? ''} ${run?.waits ?? ''}`
    if (now !== last) console.log(`${process.uptime().toFixed(0)} s: ${now}`)
    last = now
    const isIt = run !== undefined && states.includes(run.state)
    const hasEnded = finalStates.some((state) => state === run?.state)
    assert.ok(isIt || !hasEnded, `expected ${states.join(' or ')}, but ${now}`)
    return isIt
  }
  await until(`run ${id} is ${states.join(' or ')}`, isThere, 2000, seconds)
  return run!
}

/** Runs `kvminfo remediate` with these arguments and returns its output. */
export const kvminfo = (...args: readonly string[]): string =>
  execFileSync('kvminfo', ['remediate', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

interface Finished {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs `kvminfo tune` with these arguments, and logs what it prints. */
export function tune(...args: readonly string[]): Finished {
  const { status, stdout, stderr } = spawnSync('kvminfo', ['tune', ...args], { encoding: 'utf8' })
  console.log(`${process.uptime().toFixed(0)} s: kvminfo tune ${args.join(' ')}\n${stdout}${stderr}`)
  return { code: status, out: stdout, err: stderr }
}

/** Of `kvminfo actuate`; NaN while none runs. */
export function actuatorPid(): number {
  const isIt = (pid: string): boolean => {
    try {
      const [program, ...words] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return program!.endsWith('node') && words.includes('actuate')
    } catch {
      return false
    }
  }
  return Number(readdirSync('/proc').find((name) => /^\d+$/.test(name) && isIt(name)))
}

/** Whether the plan could be executed now. Not before the program's sources have seen the VM and its vCPU threads. */
export function canPlan(action: ActionName, vm: string): boolean {
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
export async function sendAlert(
  remediation: ActionName,
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
