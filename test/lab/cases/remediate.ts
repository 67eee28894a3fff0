// From an alert to a proven improvement, with real parts: Alertmanager with our example calls `kvminfo remediate`, which
// raises the tier of a starved VM by turns, proves from the kernel's counters that the VM waits less, and keeps it. Then
// a person undoes it. The machine has one CPU, so the tier has no real-time policy; actuate.sh tries those.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { after, before, test } from 'node:test'
import { type FirmwareVm, startCompute } from './firmware/vm.ts'
import { until } from './kvminfo/until.ts'
import { startDeployedAlertmanager } from './stack/deployed.ts'
import { canPlan, kvminfo, newest, reaches, runs, startRemediate, token } from './stack/remediate.ts'
import type { Service } from './stack/service.ts'

let remediate: { stop(): Promise<void> }
let alertmanager: Service
let vm: FirmwareVm
let hog: ChildProcess

before(async () => {
  // What the programs need for each window is taken from the VM and the hog. It must be little of a window.
  remediate = await startRemediate(`actions: {sched-tier: {mode: auto, tier: "safe:1"}}
measure: {window: 6s}`)
  mkdirSync('/etc/prometheus', { recursive: true })
  alertmanager = await startDeployedAlertmanager('127.0.0.1', token)
  console.log(`all services run after ${process.uptime().toFixed(1)} s`)
  // The programs must answer although the VM and the hog want the only CPU; both are started as everything else is.
  setPriority(0)
  vm = startCompute()
  hog = spawn('/bin/sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' })
  setPriority(-19)
})

after(async () => {
  hog.kill('SIGKILL')
  await alertmanager.stop()
  await remediate.stop()
  await vm.end()
})

/** The nice values of the VM's vCPU threads, from the kernel. */
function niceValues(): number[] {
  const tasks = `/proc/${vm.pid}/task`
  return readdirSync(tasks)
    .map((tid) => readFileSync(`${tasks}/${tid}/stat`, 'utf8'))
    .filter((stat) => stat.includes('(CPU 0/KVM)'))
    .map((stat) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]))
}

test('an alert through a real Alertmanager opens one run, and a second alert of the same VM opens none', async () => {
  const alert = (startsAt: string, replica: string) => ({
    labels: {
      alertname: 'KvmVmCpuStarved',
      instance: 'kvm1',
      job: 'kvminfo',
      vm: 'compute',
      remediation: 'sched-tier',
      replica,
    },
    annotations: { summary: 'A VM is waiting for CPU.' },
    startsAt,
  })
  await until('a plan can be made', () => canPlan('sched-tier', 'compute'), 2000)
  console.log(kvminfo('plan', 'sched-tier', 'compute'))
  const now = Date.now()
  const posted = await fetch(`${alertmanager.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify([
      alert(new Date(now).toISOString(), 'a'),
      alert(new Date(now - 5000).toISOString(), 'b'),
    ]),
  })
  assert.equal(posted.status, 200)
  await until('a run was opened', async () => (await runs()).length > 0, 1000)
  assert.deepEqual(
    (await runs()).map(({ id }) => id),
    [1],
  )
})

test('the tier is applied by turns, proven, and kept', async () => {
  const seen = new Set<number>()
  await until(
    'the run has ended',
    async () => {
      for (const nice of niceValues()) seen.add(nice)
      return !['received', 'approved', 'measuring'].includes((await newest(({ id }) => id === 1))!.state)
    },
    5000,
    900,
  )
  console.log(kvminfo('show', '1'))
  assert.equal((await reaches(1, ['kept'])).verdict, 'improved')
  assert.deepEqual([...seen].sort(), [-5, 0])
  assert.deepEqual(niceValues(), [-5])
  assert.equal((await runs()).length, 1)
})

test('a person undoes it, and the journal is whole', () => {
  console.log(kvminfo('undo', '1'))
  assert.deepEqual(niceValues(), [0])
  console.log(kvminfo('history'))
  assert.match(kvminfo('verify-journal'), /^The journal is whole: \d+ events/)
})
