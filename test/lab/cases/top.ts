// `kvminfo top` against /proc, on a real kernel with every kind of thread and a VM that exits all the time: with the
// module taskinfo, and without it.

import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { setPriority } from 'node:os'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import type { TopDocument } from '../../../src/top/script/json.ts'
import { readTable } from './kvminfo/table.ts'
import { until } from './kvminfo/until.ts'
import { startVm, type Vm } from './kvminfo/vm.ts'
import { hasNotRun } from './taskinfo/agreement.ts'
import { type Facts, readProc } from './taskinfo/proc.ts'
import { compile, startThreads, type Threads } from './taskinfo/programs.ts'

const run = promisify(execFile)

let threads: Threads
/** It has had its exits, so it leaves the CPUs to the reading of /proc. */
let vm: Vm

before(async () => {
  threads = await startThreads(compile('threads'))
  vm = await startVm('--vcpus', '2', '--out', '1')
  // A CPU for what hardly sleeps, and one for this program and the monitor: beside them it might not run at all between two
  // samples.
  execFileSync('taskset', ['--cpu-list', '--pid', '1', String(threads.tids.get('burner')!)])
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', '0', String(process.pid)])
})

after(async () => {
  threads.stop()
  await vm.end()
})

const hideTaskinfo = [
  'unshare',
  '--mount',
  'sh',
  '-c',
  'mount --bind /dev/null /proc/taskinfo && exec "$@"',
  'sh',
]

async function top(wrapper: readonly string[], ...flags: string[]): Promise<TopDocument> {
  const [file, ...args] = [...wrapper, 'kvminfo', 'top', '--once', '--json', ...flags]
  const { stdout, stderr } = await run(file!, args, { maxBuffer: 64 * 1024 * 1024 })
  assert.equal(stderr, '')
  return JSON.parse(stdout) as TopDocument
}

type TaskRow = NonNullable<TopDocument['tasks']>[number]

const policies: Readonly<Record<string, string>> = {
  0: 'other',
  1: 'fifo',
  2: 'rr',
  3: 'batch',
  5: 'idle',
  6: 'deadline',
}
const users: Readonly<Record<string, string>> = { 0: 'root' }

/** What /proc says, as the monitor shows it. */
function expected(facts: Facts): Partial<TaskRow> {
  return {
    pid: Number(facts.tgid),
    tid: Number(facts.tid),
    user: users[facts.uid!] ?? facts.uid!,
    state: facts.state!,
    priority: Number(facts.prio) + 100,
    nice: Number(facts.nice),
    policy: policies[facts.policy!]!,
    rt: Number(facts.rt_prio),
    'last-cpu': Number(facts.cpu),
    memory: Number(facts.rss_kib) * 1024,
    voluntary: Number(facts.nvcsw),
    involuntary: Number(facts.nivcsw),
    time: 0,
    cpu: 0,
    ...(facts.kernelThread === 'no' && { name: Buffer.from(facts.comm!, 'latin1').toString('utf8') }),
  }
}

/** Of every thread that slept all the time; then at least that many are left to compare. */
function agrees(
  document: TopDocument,
  source: string,
  first: ReadonlyMap<number, Facts>,
  last: ReadonlyMap<number, Facts>,
): void {
  assert.equal(document.sources.find(({ fact }) => fact === 'threads')?.source, source)
  const rows = new Map(document.tasks!.map((row) => [row.tid as number, row]))
  let compared = 0
  for (const [tid, facts] of first) {
    const later = last.get(tid)
    if (later === undefined || later.start_ns !== facts.start_ns) continue
    const row = rows.get(tid)
    assert.ok(row, `a row for thread ${tid} (${facts.comm})`)
    if (!hasNotRun(facts, later) || facts.rss_kib !== later.rss_kib) continue
    compared++
    const wanted = expected(facts)
    assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((key) => [key, row[key]])), wanted)
  }
  assert.ok(compared >= 60, `${compared} threads slept throughout`)
  // The burner runs all the time that it gets. A sample that is late has a longer interval, not more CPU time.
  const burner = rows.get(threads.tids.get('burner')!)!
  const { exec_ns: from } = first.get(burner.tid as number)!
  const { exec_ns: to } = last.get(burner.tid as number)!
  const time = burner.time as number
  assert.ok(time > 0 && time <= (Number(to) - Number(from)) / 1e9 + 0.02, `${time} s of ${from} to ${to} ns`)
  assert.ok(Math.abs((burner.cpu as number) * document.seconds - time) < 1e-9)
  assert.equal(document.host.tasks, rows.size)
  assert.equal(rows.get(vm.pid)?.vm, `pid-${vm.pid}`)
}

// One reading of /proc before both and one after both, because each takes a quarter of a minute here.
test('every column of every thread that sleeps agrees with /proc, with the module and without it', async () => {
  const flags = ['--view=tasks', '--threads']
  const first = readProc('first')
  const withModule = await top([], ...flags)
  const without = await top(hideTaskinfo, ...flags)
  const last = readProc('last')
  agrees(withModule, 'taskinfo', first, last)
  agrees(without, 'procfs', first, last)
})

test('the exits of a VM are those that the module counts meanwhile', async () => {
  const busy = await startVm('--vcpus', '2', '--out', '300', '--cpuid', '700', '--rep', '0')
  for (const tid of readdirSync(`/proc/${busy.pid}/task`)) setPriority(Number(tid), 19)
  const row = () => readTable().rows.find(({ pid }) => pid === busy.pid)
  // It has one since its first exit.
  await until('the VM has a row', () => row() !== undefined)
  const from = row()!
  const document = await top([])
  const to = row()!
  assert.equal(document.sources.find(({ fact }) => fact === 'exits')?.source, 'module')
  const [figures] = document.vms!.filter(({ pid }) => pid === busy.pid)
  assert.ok(figures)
  const counts = [
    ['kernelSwitches', 'kvm_vm_switch_num'],
    ['userspaceSwitches', 'kvm_qemu_switch_num'],
    ['io', 'io_num'],
  ] as const
  for (const [figure, column] of counts) {
    const count = figures[figure]! * document.seconds
    const all = to[column]! - from[column]!
    assert.ok(count > 0 && count <= all + 0.5, `${figure}: ${count} of ${all}`)
  }
  // Of 1,000 exits, 300 are OUTs, which go to user space, and 700 are CPUIDs.
  assert.ok(Math.abs(figures.ratio! - 0.7) < 0.05, `ratio ${figures.ratio}`)
  assert.ok(Math.abs(figures.ioShare! - 0.3) < 0.05, `I/O share ${figures.ioShare}`)
  assert.equal(figures.vcpus, 2)
  assert.deepEqual(
    figures.threads.map(({ id, policy }) => [id, policy]),
    [
      [0, 'other'],
      [1, 'other'],
    ],
  )
  await busy.end()
})
