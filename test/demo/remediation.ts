// kvminfo remediate in the demo: its policy, its tokens, and its commands.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import type { RunDocument, RunList, RunSummary } from '../../src/remediate/approve/documents.ts'
import { startService } from '../lab/cases/stack/service.ts'
import { approverToken, windowSeconds } from './settings.ts'

const folder = '/etc/kvminfo-remediate'

/** `host` is the address to listen on; `token` is that of Alertmanager. */
export async function startRemediation(host: string, token: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const tokenFile = (name: string, text: string): string => {
    const path = `${folder}/${name}.token`
    writeFileSync(path, `${text}\n`)
    chmodSync(path, 0o640)
    return path
  }
  const credentials = {
    alertmanager: [tokenFile('alertmanager', token)],
    approver: [tokenFile('approver', approverToken)],
  }
  const policy = {
    instances: ['kvm1'],
    mode: 'propose',
    actions: { 'sched-tier': { tier: 'safe:1' } },
    // Alertmanager's intervals are shortened too, so the same alerts come twenty times as often.
    limits: { storm_alerts: 600 },
    measure: { window: `${windowSeconds}s` },
    credentials,
  }
  // JSON is YAML.
  writeFileSync(`${folder}/policy.yml`, JSON.stringify(policy, undefined, 2))
  await startService(
    ['kvminfo', 'remediate', `--web.listen-address=${host}:9757`],
    'http://127.0.0.1:9757',
    '/-/ready',
  )
}

/** Oldest first. */
export async function runs(): Promise<RunSummary[]> {
  const { open, ended } = (await (await fetch('http://127.0.0.1:9757/api/v1/runs')).json()) as RunList
  return [...open, ...ended].sort((a, b) => a.id - b.id)
}

/** How many windows of a trial have been measured. */
export async function windowsMeasured(run: number): Promise<number> {
  const { windows } = (await (await fetch(`http://127.0.0.1:9757/api/v1/runs/${run}`)).json()) as RunDocument
  return windows.length
}

/** Approves a proposal as a person does. Returns the plan that was approved. */
export const approve = (run: number): string =>
  execFileSync('kvminfo', ['remediate', 'approve', String(run), '--yes'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trimEnd()
