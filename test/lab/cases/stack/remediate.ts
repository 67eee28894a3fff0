// Asks the running `kvminfo remediate` of the lab, as an operator does.

import { execFileSync } from 'node:child_process'
import type { RunList, RunSummary } from '../../../../src/remediate/approve/documents.ts'

const url = 'http://127.0.0.1:9757'

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
