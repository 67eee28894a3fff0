// kill -9 of `kvminfo remediate` and of `kvminfo actuate` at every commit of a change and of its undo, outside the lab, where a
// process starts in a second: a real-time tier and a CPU weight of a process that looks like a VM, asserted against the
// kernel, and KSM on files. lab/cases/killed.ts has what needs a kernel of its own, or libvirt.
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../demo/ports.ts'
import { schedulingOf, startBusyVm } from '../../helpers/busy-vm.ts'
import { type Change, killAtEveryCommit, type Victim } from '../../helpers/kill-at-every-commit.ts'
import { eventually, kvminfoCommand } from '../../helpers/kvminfo-process.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

const victims: readonly Victim[] = ['remediate', 'actuate']
const tokens = { alertmanager: 'token-of-alertmanager-0123', approver: 'token-of-approvers-456789' }
const preload = fileURLToPath(new URL('../../helpers/processes/kill-at-event.ts', import.meta.url))

/** Of the control groups of the CPU controller. */
const hasVersion1 = existsSync('/sys/fs/cgroup/cpu/cpu.shares')

/** Moves the process into a control group like the one that libvirt makes for a VM, and returns its directory. */
function groupOf(pid: number): string {
  const root = hasVersion1 ? '/sys/fs/cgroup/cpu' : '/sys/fs/cgroup'
  if (!hasVersion1) writeFileSync(join(root, 'cgroup.subtree_control'), '+cpu')
  const directory = join(root, 'machine-qemu\\x2d1\\x2dbusy.scope')
  mkdirSync(directory, { recursive: true })
  // Runs before the VM ends, which must have left the group.
  onTestFinished(() => {
    writeFileSync(join(root, 'cgroup.procs'), String(pid))
    rmdirSync(directory)
  })
  writeFileSync(join(directory, 'cgroup.procs'), String(pid))
  return directory
}

interface Killed {
  readonly remediation: string
  readonly vm?: string
  readonly policy?: string
  readonly flags?: readonly string[]
}

/** Prints what happened at each point, and returns how many runs came to which states. */
async function killed(
  victim: Victim,
  { remediation, vm, policy = '', flags = [] }: Killed,
  values: Omit<Change, 'ask'>,
) {
  const root = scratchDirectory()
  for (const [name, text] of Object.entries(tokens))
    writeFileSync(join(root, name), `${text}\n`, { mode: 0o600 })
  mkdirSync(join(root, 'run'))
  const [file, socket] = [join(root, 'policy.yml'), join(root, 'run/actuate.sock')]
  writeFileSync(
    file,
    `instances: [kvm1]
credentials: {alertmanager: [${join(root, 'alertmanager')}], approver: [${join(root, 'approver')}]}
limits: {cooldown: 0, changes_per_hour: 100000, attempts_per_day: 100000, storm_alerts: 100000}
${policy}`,
  )
  const url = `http://127.0.0.1:${await freePort(0)}`
  const common = [
    `--path.rundir=${join(root, 'run')}`,
    `--actuator.socket=${socket}`,
    '--log.level=error',
    ...flags,
  ]
  const commands: Record<Victim, readonly string[]> = {
    actuate: ['actuate', `--policy.file=${file}`, ...common],
    remediate: [
      ...['remediate', `--policy.file=${file}`, `--state.directory=${join(root, 'state')}`],
      ...[`--web.listen-address=${new URL(url).host}`, ...common],
    ],
  }
  const start = (name: Victim): ChildProcess => {
    const [node, ...words] = kvminfoCommand(...commands[name])
    return spawn(node, [`--import=${preload}`, ...words], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  const processes = new Map<Victim, ChildProcess>()
  onTestFinished(async () => {
    for (const child of processes.values()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  })
  for (const name of ['actuate', 'remediate'] as const) processes.set(name, start(name))
  const request = (path: string, init?: RequestInit) => fetch(url + path, init)
  await eventually('it listens', () =>
    request('/-/ready').then(
      ({ ok }) => ok || undefined,
      () => undefined,
    ),
  )
  await eventually('the actuator listens', () => existsSync(socket) || undefined)
  const alert = {
    status: 'firing',
    labels: { alertname: 'Lab', instance: 'kvm1', remediation, ...(vm === undefined ? {} : { vm }) },
    annotations: {},
    startsAt: '2026-11-26T18:44:04Z',
    endsAt: '0001-01-01T00:00:00Z',
    fingerprint: 'c1e5e5d1c4b3a291',
  }
  const ask = () =>
    request('/alerts', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${tokens.alertmanager}` },
      body: JSON.stringify({ version: '4', status: 'firing', receiver: 'lab', alerts: [alert] }),
    })
  const programs = { start, request, approver: tokens.approver }
  const outcomes = await killAtEveryCommit(victim, { ...values, ask }, programs, processes, (text) =>
    console.log(text),
  )
  console.log(`${remediation}, ${victim} killed: ${JSON.stringify(Object.fromEntries(outcomes))}`)
  return outcomes
}

test.each(victims)('%s is killed: a real-time tier is held, or everything is as before', async (victim) => {
  const vm = await startBusyVm('busy', 2)
  const value = () => schedulingOf(vm.tid)
  const policy = 'measure: {window: 200ms, placebo: 0}'
  const outcomes = await killed(
    victim,
    { remediation: 'sched-tier', vm: 'busy', policy },
    { value, isMade: (one) => one.startsWith('2 ') },
  )
  expect([...outcomes.keys()].sort()).toEqual(['holding, then undone', 'undone'])
})

test.each(victims)('%s is killed: a CPU weight is kept, or everything is as before', async (victim) => {
  const vm = await startBusyVm('busy', 2)
  const file = join(groupOf(vm.vm.pid), hasVersion1 ? 'cpu.shares' : 'cpu.weight')
  const value = () => readFileSync(file, 'utf8').trim()
  const policy = 'measure: {window: 200ms, placebo: 0}'
  const outcomes = await killed(
    victim,
    { remediation: 'cpu-weight', vm: 'busy', policy },
    { value, isMade: (one) => one === (hasVersion1 ? '4096' : '400') },
  )
  expect([...outcomes.keys()].sort()).toEqual(['kept, then undone', 'undone'])
})

test.each(victims)('%s is killed: KSM is off, or everything is as before', async (victim) => {
  const sysfs = scratchDirectory()
  mkdirSync(join(sysfs, 'kernel/mm/ksm'), { recursive: true })
  const run = join(sysfs, 'kernel/mm/ksm/run')
  writeFileSync(run, '1\n')
  const value = () => readFileSync(run, 'utf8').trim()
  const outcomes = await killed(
    victim,
    { remediation: 'ksm-off', flags: [`--path.sysfs=${sysfs}`] },
    { value, isMade: (one) => one === '0' },
  )
  expect([...outcomes.keys()].sort()).toEqual(['kept, then undone', 'undone'])
})
