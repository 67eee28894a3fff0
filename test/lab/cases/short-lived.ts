// Hundreds of VMs, at once and one after the other. Each has its row, however the file is read. No exit is lost, no
// counter of a living VM decreases, and a reused pid is another VM.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { afterEach, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type Column, parseTable, type Row, readTable, rowOf, type Table } from './kvminfo/table.ts'
import { until } from './kvminfo/until.ts'
import { churnVms, endVms, exitsProgram, startVm, startVms } from './kvminfo/vm.ts'

const counters: Column[] = [
  ...(['io_num', 'exception_num', 'kvm_vm_switch_num', 'kvm_qemu_switch_num', 'signal_num'] as const),
  ...(['kvm_ns', 'halt_ns', 'user_ns'] as const),
]

/** Identifies a process: its pid and its start. */
function identity(row: Row): string {
  return `${row.pid}@${row.start_ns}`
}

function assertNoDecrease(before: Table, after: Table): void {
  const earlier = new Map(before.rows.map((row) => [identity(row), row]))
  for (const row of after.rows) {
    const was = earlier.get(identity(row))
    for (const counter of was ? counters : [])
      assert.ok(
        row[counter]! >= was![counter]!,
        `${counter} of ${row.pid}: ${was![counter]}, ${row[counter]}`,
      )
  }
}

afterEach(endVms)

test('200 VMs at once have an exact row each, however the file is read', async () => {
  const vms = await startVms(200)
  const table = readTable()
  assert.equal(table.rows.length, vms.length)
  for (const vm of vms) {
    const row = rowOf(table, vm.pid)
    assert.equal(row.kvm_qemu_switch_num, vm.expect!.kvm_qemu_switch_num)
    assert.equal(row.io_num, vm.expect!.io_num)
  }
  // The vCPUs have stopped, so every read must return the same.
  for (const size of [1, 100, 4096, 1 << 20]) assert.deepEqual(readTable(size), table)
  await endVms()
  await until('no row is left', () => readTable().rows.length === 0)
})

test('while 100 VMs start and end, a reader sees no counter decrease', async () => {
  const lasting = await startVm('--rep', '0', '--out', '100')
  let table = readTable()
  let reads = 0
  let seen = 0
  let churning = true
  const churn = churnVms(5, 20, '--out', '20', '--ud', '5', '--vcpus', '2', '--end-threads')
  const over = churn.finally(() => {
    churning = false
  })
  while (churning) {
    const next = readTable()
    assertNoDecrease(table, next)
    assert.equal(rowOf(next, lasting.pid).vcpus.size, 1)
    table = next
    reads++
    seen += next.rows.length - 1
    await setTimeout(10)
  }
  await over
  assert.ok(reads > 20 && seen > 10, `${reads} reads saw ${seen} rows`)
  await lasting.end()
  await until('no row is left', () => readTable().rows.length === 0)
  assert.equal(readTable().head.lost, '0')
})

test('a reused pid is another VM', async () => {
  const first = await startVm('--out', '50')
  const { start_ns } = rowOf(readTable(), first.pid)
  await first.end()
  await until('its row is gone', () => readTable().rows.length === 0)
  writeFileSync('/proc/sys/kernel/ns_last_pid', String(first.pid - 1))
  const second = await startVm('--out', '7')
  assert.equal(second.pid, first.pid, 'the kernel used the pid again')
  const row = rowOf(readTable(), second.pid)
  assert.equal(row.kvm_qemu_switch_num, second.expect!.kvm_qemu_switch_num)
  assert.ok(row.start_ns! > start_ns!)
  await second.end()
})

test('a reader in a pid namespace sees its own VMs under its own pids', async () => {
  const outside = await startVm('--out', '5')
  const script = `
    mkfifo /tmp/hold
    ${exitsProgram} --out 3 --hold < /tmp/hold > /tmp/report &
    exec 9> /tmp/hold
    until [ -s /tmp/report ]; do sleep 0.05; done
    cat /tmp/report /proc/kvminfo
    exec 9>&-
    wait`
  const output = execFileSync('unshare', ['--pid', '--fork', '--mount-proc', 'bash', '-c', script], {
    encoding: 'latin1',
    timeout: 20_000,
  })
  const [report = '', ...lines] = output.split('\n')
  const { pid } = JSON.parse(report) as { pid: number }
  const table = parseTable(lines.join('\n'))
  assert.deepEqual(
    table.rows.map((row) => [row.pid, row.kvm_qemu_switch_num]),
    [[pid, 4]],
  )
  assert.ok(pid < 10, `pid ${pid} belongs to the namespace`)
  assert.equal(readTable().rows.length, 1, 'outside, only the other VM is left')
  await outside.end()
})

test('start_ns is in the reader’s time namespace, as in /proc/<pid>/stat', async () => {
  const vm = await startVm('--out', '5')
  const start = (...words: string[]): { table: bigint; stat: bigint } => {
    const [stat, ...lines] = execFileSync(
      'unshare',
      [...words, 'cat', `/proc/${vm.pid}/stat`, '/proc/kvminfo'],
      {
        encoding: 'latin1',
      },
    ).split('\n')
    const row = lines.find((line) => line.split(' ')[1] === String(vm.pid))!
    return { table: BigInt(row.split(' ')[10]!), stat: BigInt(stat!.split(' ')[21]!) }
  }
  const here = start('--fork')
  const shifted = start('--time', '--fork', '--boottime', '1000000')
  assert.equal(shifted.table - here.table, (shifted.stat - here.stat) * 10n ** 7n)
  assert.equal(shifted.table / 10n ** 7n, shifted.stat)
  await vm.end()
})
