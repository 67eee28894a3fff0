// The knobs of a host and of its control groups on a real kernel: alerts ask `kvminfo remediate` for them, which plans,
// applies, reads back and undoes. Asserted against the kernel's own files. The weight of a VM is proven by turns: the VM
// and a hog share the second CPU, each in a control group as libvirt and systemd make it. Everything else has the first.
// With the argument cgroup-v1, these are of version 1.

import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type FirmwareVm, startCompute } from './firmware/vm.ts'
import { until } from './kvminfo/until.ts'
import { canPlan, fire, kvminfo, newest, reaches, startRemediate } from './stack/remediate.ts'

const isVersion1 = process.argv.includes('cgroup-v1')
/** The hierarchy that has the CPU controller. */
const root = isVersion1 ? '/sys/fs/cgroup/cpu,cpuacct' : '/sys/fs/cgroup'
const weightFile = isVersion1 ? 'cpu.shares' : 'cpu.weight'
/** By default, and four times that, as the policy says. */
const [usualWeight, raisedWeight] = isVersion1 ? ['1024', '4096'] : ['100', '400']
const slice = `${root}/machine.slice`
const scope = `${slice}/machine-qemu\\x2d1\\x2dcompute.scope`
const ksm = '/sys/kernel/mm/ksm'
const thp = '/sys/kernel/mm/transparent_hugepage/enabled'
const pool = '/sys/devices/system/node/node0/hugepages/hugepages-2048kB'

let remediate: { stop(): Promise<void> }
let vm: FirmwareVm
let hog: ChildProcess

const value = (path: string): string => readFileSync(path, 'utf8').trim()

before(async () => {
  pin(process.pid, 0)
  if (isVersion1) mountVersion1()
  else writeFileSync(`${root}/cgroup.subtree_control`, '+cpu')
  mkdirSync(slice)
  if (!isVersion1) writeFileSync(`${slice}/cgroup.subtree_control`, '+cpu')
  for (const group of [scope, `${slice}/other.scope`]) mkdirSync(group)
  remediate = await startRemediate(`limits: {cooldown: 0, changes_per_hour: 100}
measure: {window: 2s}`)
  // The VM and the hog get what their control groups say.
  setPriority(0)
  vm = startCompute()
  await until('QEMU runs', () => qemuPid() !== undefined)
  pin(qemuPid()!, 1)
  writeFileSync(`${scope}/cgroup.procs`, String(qemuPid()))
  hog = spawn('/bin/sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' })
  pin(hog.pid!, 1)
  writeFileSync(`${slice}/other.scope/cgroup.procs`, String(hog.pid))
  await until('the VM is known', () => canPlan('cpu-weight', 'compute'), 2000)
})

after(async () => {
  hog.kill('SIGKILL')
  await remediate.stop()
  await vm.end()
})

/** As systemd did it, in the place of version 2. */
function mountVersion1(): void {
  execFileSync('umount', ['/sys/fs/cgroup'])
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/sys/fs/cgroup'])
  mkdirSync(root)
  execFileSync('mount', ['-t', 'cgroup', '-o', 'cpu,cpuacct', 'cgroup', root])
}

/** All threads, and what they start from now on. */
function pin(pid: number, cpu: number): void {
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(cpu), String(pid)], {
    stdio: 'ignore',
  })
}

/** How many times the CPU time of the hog the VM gets, over ten seconds. */
async function advantage(): Promise<number> {
  // Nanoseconds or microseconds: only their ratio counts.
  const used = (group: string) =>
    Number(
      isVersion1
        ? value(`${group}/cpuacct.usage`)
        : /^usage_usec (\d+)$/m.exec(value(`${group}/cpu.stat`))![1],
    )
  const both = () => [used(scope), used(`${slice}/other.scope`)] as const
  const [vmBefore, hogBefore] = both()
  await setTimeout(10_000)
  const [vmAfter, hogAfter] = both()
  return (vmAfter - vmBefore) / (hogAfter - hogBefore)
}

function qemuPid(): number | undefined {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('guest=compute')
      } catch {
        return false
      }
    })
}

test('KSM: off and on again, and its pace', async () => {
  writeFileSync(`${ksm}/run`, '1')
  const before = [value(`${ksm}/pages_to_scan`), value(`${ksm}/sleep_millisecs`)]
  const pace = await reaches(await fire('ksm-pace'), ['kept'])
  assert.equal(pace.verdict, 'not-measurable')
  assert.deepEqual([value(`${ksm}/pages_to_scan`), value(`${ksm}/sleep_millisecs`)], ['100', '200'])
  kvminfo('undo', String(pace.id))
  assert.deepEqual([value(`${ksm}/pages_to_scan`), value(`${ksm}/sleep_millisecs`)], before)

  const off = await reaches(await fire('ksm-off'), ['kept'])
  assert.equal(value(`${ksm}/run`), '0')
  console.log(kvminfo('show', String(off.id)))
  kvminfo('undo', String(off.id))
  assert.equal(value(`${ksm}/run`), '1')
  await reaches(off.id, ['undone'])
})

test('transparent huge pages come first, and a person approves them', async () => {
  writeFileSync(thp, 'never')
  const { id } = await reaches(await fire('hugepages', { vm: 'compute' }), ['proposed'])
  assert.match(value(thp), /\[never\]/)
  kvminfo('approve', String(id), '--yes')
  await reaches(id, ['kept'])
  assert.match(value(thp), /\[madvise\]/)
  kvminfo('undo', String(id))
  assert.match(value(thp), /\[never\]/)
})

test('a pool as large as the VM, of which only free pages are given back', async () => {
  writeFileSync(thp, 'madvise')
  const { id } = await reaches(await fire('hugepages', { vm: 'compute' }), ['proposed'])
  console.log(kvminfo('show', String(id)))
  kvminfo('approve', String(id), '--yes')
  await reaches(id, ['kept'])
  assert.equal(value(`${pool}/nr_hugepages`), '16')
  // Somebody uses a page.
  mkdirSync('/tmp/huge')
  execFileSync('mount', ['-t', 'hugetlbfs', 'none', '/tmp/huge'])
  execFileSync('fallocate', ['--length', '2MiB', '/tmp/huge/page'])
  assert.match(kvminfo('undo', String(id)), /person/)
  assert.equal(value(`${pool}/nr_hugepages`), '16')
  execFileSync('rm', ['/tmp/huge/page'])
  kvminfo('undo', String(id))
  assert.equal(value(`${pool}/nr_hugepages`), '0')
})

test('the weight of a VM is raised by turns, proven, kept and undone', async () => {
  console.log(kvminfo('plan', 'cpu-weight', 'compute'))
  const { id } = await reaches(await fire('cpu-weight', { vm: 'compute' }), ['measuring'])
  const seen = new Set<string>()
  await until(
    'the trial has ended',
    async () => {
      seen.add(value(`${scope}/${weightFile}`))
      return (await newest((run) => run.id === id))!.state !== 'measuring'
    },
    2000,
    700,
  )
  console.log(kvminfo('show', String(id)))
  const { verdict } = await reaches(id, ['kept'])
  assert.deepEqual([...seen].sort(), [usualWeight, raisedWeight])
  assert.equal(verdict, 'improved')
  assert.equal(value(`${scope}/${weightFile}`), raisedWeight)
  const raised = await advantage()
  kvminfo('undo', String(id))
  assert.equal(value(`${scope}/${weightFile}`), usualWeight)
  const usual = await advantage()
  console.log(
    `the VM gets ${raised.toFixed(2)} times the hog's CPU time with weight ${raisedWeight}, ${usual.toFixed(2)} with ${usualWeight}`,
  )
  assert.ok(raised > 2 * usual)
  assert.match(kvminfo('verify-journal'), /^The journal is whole/)
})
