// /proc/taskinfo agrees with /proc for every kind of thread and every kind of reader, during a fork storm and while the
// module is unloaded.

import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { assertAgrees, hasNotRun } from './taskinfo/agreement.ts'
import { inProcUnits, readProc } from './taskinfo/proc.ts'
import { compile, startThreads, type Threads } from './taskinfo/programs.ts'
import { type Column, parseTable, type Row, readTable, type Table } from './taskinfo/table.ts'

const module = join(process.env.LAB_MODULES!, 'taskinfo.ko')
let threads: Threads

before(async () => {
  threads = await startThreads(compile('threads'))
})

after(() => threads.stop())

function rowOf(table: Table, role: string): Row {
  const row = table.rows.get(threads.tids.get(role)!)
  assert.ok(row, `a row for ${role}`)
  return row
}

test('the header has the clock and the timer frequency', () => {
  const uptimeNs = (): number => Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 1e9
  const from = uptimeNs()
  const { head } = readTable()
  const to = uptimeNs()
  // The value of all of Debian's amd64 kernels.
  assert.equal(head.hz, '250')
  assert.match(head.module ?? '', /^\d+\.\d+\.\d+$/)
  // /proc/uptime is truncated to 10 ms.
  assert.ok(
    Number(head.uptime_ns) >= from && Number(head.uptime_ns) < to + 1e7,
    `${from} ${head.uptime_ns} ${to}`,
  )
})

test('every column agrees with /proc for every thread', () => {
  const first = readProc('first')
  const table = readTable()
  const last = readProc('last')
  let still = 0
  for (const [tid, facts] of first) {
    const later = last.get(tid)
    if (!later || later.start_ns !== facts.start_ns) continue
    const row = table.rows.get(tid)
    assert.ok(row, `a row for thread ${tid} (${facts.comm})`)
    assert.equal(Number(row.static_prio), 120 + Number(row.nice))
    if (hasNotRun(facts, later)) still++
    assertAgrees(inProcUnits(row), facts, later)
  }
  // Otherwise the test would check nothing. There are some 60 kernel threads and 25 of ours, and nearly all sleep.
  assert.ok(still >= 60, `${still} threads slept throughout`)
})

test('each kind of thread has the right columns', () => {
  const table = readTable()
  const kinds: Record<string, Partial<Row>> = {
    plain: { policy: '0', nice: '0', static_prio: '120', prio: '120', rt_prio: '0', state: 'S', uid: '0' },
    nice: { policy: '0', nice: '5', static_prio: '125', prio: '125' },
    keen: { policy: '0', nice: '-7', static_prio: '113', prio: '113' },
    batch: { policy: '3', nice: '3' },
    idle: { policy: '5' },
    fifo: { policy: '1', rt_prio: '50', prio: '49', slice_ns: '-' },
    rr: { policy: '2', rt_prio: '20', prio: '79', nice: '-3' },
    deadline: { policy: '6', prio: '-1', slice_ns: '-' },
    zombie: { state: 'Z', rss_kib: '0', total_kib: '0' },
    zombie_leader: { state: 'Z', rss_kib: '0', total_kib: '0' },
    stopped: { state: 'T' },
    traced: { state: 't' },
    disk_sleep: { state: 'D' },
    other_user: { uid: '1234' },
    forger: { comm: String.raw`x\x0a1\x201\x20root\x20R\x200` },
    escaper: { comm: String.raw`a\x20b\x5cn\x09\x7f\x80\xff` },
    nameless: { comm: '-' },
    dash: { comm: String.raw`\x2d` },
    dashed: { comm: '-a-' },
    long: { comm: 'exactly15bytes!' },
  }
  for (const [role, expected] of Object.entries(kinds)) {
    const row = rowOf(table, role)
    for (const [column, cell] of Object.entries(expected)) {
      assert.equal(row[column as Column], cell, `${column} of ${role}`)
    }
  }
  const main = rowOf(table, 'main')
  assert.equal(main.tgid, main.tid)
  assert.equal(rowOf(table, 'plain').tgid, main.tid)
  assert.equal(rowOf(table, 'plain').rss_kib, main.rss_kib)
  assert.ok(Number(main.rss_kib) > 0)
  assert.equal(table.rows.get(2)?.comm, 'kthreadd')
})

test('slice_ns is what the scheduler shows', () => {
  const table = readTable()
  const roundNs = Number(readFileSync('/proc/sys/kernel/sched_rr_timeslice_ms', 'latin1')) * 1e6
  const left = Number(rowOf(table, 'rr').slice_ns)
  assert.ok(left > 0 && left <= roundNs, `${left} ns left of ${roundNs}`)
  for (const role of ['plain', 'nice', 'batch']) {
    const row = rowOf(table, role)
    const sched = readFileSync(`/proc/${row.tgid}/task/${row.tid}/sched`, 'latin1')
    assert.equal(row.slice_ns, /^se\.slice\s*:\s*(\d+)/m.exec(sched)?.[1] ?? '-', `slice_ns of ${role}`)
  }
  // Also in the fair class, but its "sched" file does not show the slice.
  assert.equal(rowOf(table, 'idle').slice_ns, rowOf(table, 'plain').slice_ns)
})

test('exec_ns of a running thread grows, and a thread that renames itself has one name or the other', () => {
  const runTimes = new Set<string>()
  const names = new Set<string>()
  const deadline = Date.now() + 60_000
  while (names.size < 2 || runTimes.size < 3) {
    assert.ok(Date.now() < deadline, `names ${[...names]}, run times ${[...runTimes]}`)
    const table = readTable()
    names.add(rowOf(table, 'renamer').comm)
    runTimes.add(rowOf(table, 'burner').exec_ns)
  }
  assert.deepEqual([...names].sort(), ['aaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbb'])
  const grown = [...runTimes].map(BigInt)
  assert.deepEqual(
    grown,
    grown.toSorted((a, b) => Number(a - b)),
  )
})

test('ids and times are in the reader’s namespaces', () => {
  const fileIn = (namespace: readonly string[], path: string): string =>
    execFileSync('unshare', [...namespace, 'cat', path], { encoding: 'latin1' })
  const readIn = (...namespace: string[]): Table => parseTable(fileIn(namespace, '/proc/taskinfo'))
  const inPids = readIn('--pid', '--fork', '--mount-proc')
  assert.deepEqual(
    [...inPids.rows.values()].map(({ tgid, tid, comm }) => ({ tgid, tid, comm })),
    [{ tgid: '1', tid: '1', comm: 'cat' }],
  )
  // 65534 is the overflow id, for users that are not mapped in the namespace.
  // The kernels that check themselves (debug-kernels/host.config) are built without user namespaces.
  if (existsSync('/proc/self/ns/user'))
    assert.equal(rowOf(readIn('--user', '--map-root-user'), 'other_user').uid, '65534')
  const later = ['--time', '--fork', '--boottime', '1000000']
  const shifted = readIn(...later)
  const here = readTable()
  const { tid, start_ns } = rowOf(here, 'main')
  // Linux 5.10 does not shift it in /proc/<pid>/stat, so taskinfo does not either.
  const ticks = (namespace: readonly string[]): bigint =>
    BigInt(fileIn(namespace, `/proc/${tid}/stat`).split(') ').at(-1)!.split(' ')[19]!)
  assert.equal(
    BigInt(rowOf(shifted, 'main').start_ns) - BigInt(start_ns),
    (ticks(later) - ticks(['--fork'])) * 10n ** 7n,
  )
  assert.ok(BigInt(shifted.head.uptime_ns!) > BigInt(here.head.uptime_ns!) + 9n * 10n ** 14n)
})

test('in a fork storm no thread occurs twice and no living thread is missing', () => {
  const storm = compile('storm')
  const pidMax = '/proc/sys/kernel/pid_max'
  const usual = readFileSync(pidMax, 'latin1')
  // Few numbers, so that freed ones are soon reused, both before and after the reader's position.
  writeFileSync(pidMax, '600')
  const sleepers = sleepersBetween(300, 600)
  const stormer = spawn(storm, ['2'], { stdio: 'ignore' })
  const deadline = Date.now() + 90_000
  const seen = new Set<string>()
  let wraps = 0
  try {
    for (let readings = 0, previous = 0; readings < 20 || wraps < 1; readings++) {
      assert.ok(Date.now() < deadline, `${readings} readings, numbers used up ${wraps} times`)
      // With few bytes at a time there are many read() calls, and threads start and end between them.
      const { rows } = readTable(readings % 2 ? 65_536 : 600)
      for (const tid of [...threads.tids.values(), ...sleepers.map(({ pid }) => pid!)]) {
        assert.ok(rows.has(tid), `reading ${readings} contains thread ${tid}`)
      }
      for (const row of rows.values()) seen.add(`${row.tid} ${row.start_ns}`)
      const last = Number(readFileSync('/proc/loadavg', 'latin1').trim().split(' ').at(-1))
      if (last < previous) wraps++
      previous = last
    }
  } finally {
    for (const child of [stormer, ...sleepers]) child.kill('SIGKILL')
    writeFileSync(pidMax, usual)
  }
  console.log(`fork storm: ${seen.size} different threads seen, numbers used up ${wraps} times`)
})

/** Long-lived processes at every tenth number, so that the storm's threads start and end between them. */
function sleepersBetween(from: number, to: number): ChildProcess[] {
  const sleepers: ChildProcess[] = []
  for (let number = from; number < to; number += 10) {
    writeFileSync('/proc/sys/kernel/ns_last_pid', `${number}`)
    sleepers.push(spawn('sleep', ['infinity'], { stdio: 'ignore' }))
  }
  return sleepers
}

test('only root and the group may read', () => {
  const readAs = (id: number): string =>
    execFileSync('cat', ['/proc/taskinfo'], { uid: id, gid: id, encoding: 'latin1', stdio: 'pipe' })
  assert.deepEqual(permissions(), { mode: 0o440, uid: 0, gid: 0 })
  assert.throws(() => readAs(1234), /Permission denied/)
  execFileSync('rmmod', ['taskinfo'])
  execFileSync('insmod', [module, 'group=1234'])
  assert.deepEqual(permissions(), { mode: 0o440, uid: 0, gid: 1234 })
  assert.ok(parseTable(readAs(1234)).rows.has(1))
  assert.throws(() => readAs(1235), /Permission denied/)
  execFileSync('rmmod', ['taskinfo'])
  // 2^32 - 1 is "no group".
  assert.throws(
    () => execFileSync('insmod', [module, 'group=4294967295'], { stdio: 'pipe' }),
    /Invalid parameters/,
  )
  execFileSync('insmod', [module])
})

function permissions(): { mode: number; uid: number; gid: number } {
  const { mode, uid, gid } = statSync('/proc/taskinfo')
  return { mode: mode & 0o7777, uid, gid }
}

test('can be unloaded while it is read', () => {
  const fd = openSync('/proc/taskinfo', 'r')
  assert.ok(readSync(fd, Buffer.alloc(512)) > 0)
  execFileSync('rmmod', ['taskinfo'])
  assert.ok(!existsSync('/proc/taskinfo'))
  assert.throws(() => readSync(fd, Buffer.alloc(512)), { code: 'EIO' })
  closeSync(fd)

  const loop = 'while :; do cat /proc/taskinfo; done > /dev/null 2>&1'
  const readers = [1, 2, 3].map(() => spawn('sh', ['-c', loop], { stdio: 'ignore' }))
  try {
    for (let round = 0; round < 5; round++) {
      execFileSync('insmod', [module])
      assert.ok(readTable().rows.has(1))
      execFileSync('rmmod', ['taskinfo'])
    }
  } finally {
    for (const reader of readers) reader.kill('SIGKILL')
  }
  execFileSync('insmod', [module])
})
