// kill -9 of each of the two processes at every commit of a change and of its undo (helpers/kill-at-every-commit.ts), on a
// real kernel and under a real libvirt. Its arguments are the actions to try.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { setPriority } from 'node:os'
import { after, before, test } from 'node:test'
import type { ActionName } from '../../../src/model/remediation.ts'
import { killAtEveryCommit, type Victim } from '../../helpers/kill-at-every-commit.ts'
import { until } from './kvminfo/until.ts'
import { scenarios } from './stack/killed-changes.ts'
import { approver, isAnswering, kvminfo, request, sendAlert, writePolicy } from './stack/remediate.ts'

const commands: Record<Victim, readonly string[]> = {
  remediate: ['remediate', '--actuator.socket=/run/kvminfo/actuate.sock'],
  actuate: ['actuate'],
}
const processes = new Map<Victim, ChildProcess>()

/** Without compilers that optimize, and without the heap limits of `kvminfo`, it starts in half the time here. */
function start(name: Victim): ChildProcess {
  const flags = ['--no-opt', '--no-sparkplug', '--no-maglev', '--import=/tmp/kill-at-event.mjs']
  const words = [...flags, '/project/dist/cli/main.js', ...commands[name], '--log.level=warn']
  return spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] })
}

before(async () => {
  const source = readFileSync('/project/test/helpers/processes/kill-at-event.ts', 'utf8')
  writeFileSync('/tmp/kill-at-event.mjs', stripTypeScriptTypes(source))
  writePolicy(`vms: [{name: web1, virtio_ready: true}, {name: linux, virtio_ready: true}]
limits: {cooldown: 0, changes_per_hour: 100000, attempts_per_day: 100000, storm_alerts: 100000}
measure: {restart_window: 300ms, placebo: 0}`)
  // The guests would otherwise take the only CPU.
  setPriority(-19)
  for (const name of ['actuate', 'remediate'] as const) processes.set(name, start(name))
  await until('kvminfo remediate is ready', isAnswering, 1000, 600)
})

after(async () => {
  for (const child of processes.values()) {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
})

for (const name of process.argv.slice(2) as ActionName[])
  test(`${name}: the host is as planned or as before, and never in between`, async () => {
    const scenario = scenarios[name]
    assert.ok(scenario, `there is no scenario for ${name}`)
    await scenario.begin()
    const { vm, end } = scenario
    const labels = { ...(vm === undefined ? {} : { vm }), ...scenario.labels?.() }
    const change = { ...scenario, ask: () => sendAlert(name, labels) }
    for (const victim of ['remediate', 'actuate'] as const) {
      const say = (text: string): void => console.log(`${process.uptime().toFixed(0)} s: ${name}: ${text}`)
      const programs = { start, request, approver }
      const outcomes = await killAtEveryCommit(victim, change, programs, processes, say)
      const tried = [...outcomes.values()].reduce((sum, count) => sum + count, 0)
      say(`${victim} killed at ${tried} points: ${JSON.stringify(Object.fromEntries(outcomes))}`)
    }
    assert.match(kvminfo('verify-journal'), /^The journal is whole/)
    end?.()
  })
