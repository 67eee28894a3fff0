// /proc/kvminfo shows exactly the exits that the guests caused, by reason and by where they ended, and plausible times.

import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { release } from 'node:os'
import { afterEach, test } from 'node:test'
import { insmod, rmmod } from './kvminfo/kernel-modules.ts'
import { type Row, readTable, readVcpus, rowOf, type Tally } from './kvminfo/table.ts'
import { until } from './kvminfo/until.ts'
import { endVms, kvmStatistic, startVm, type Vm } from './kvminfo/vm.ts'

afterEach(async () => {
  await endVms()
  await until('no row is left', () => readTable().rows.length === 0)
})

/** Compares every counter of a VM whose vCPUs have stopped with the guest's own numbers and KVM's statistics. */
function assertExact(row: Row, vm: Vm): void {
  const { kvm_vm_switch_num_min, ...exact } = vm.expect!
  for (const [column, value] of Object.entries(exact)) assert.equal(row[column as keyof Row], value, column)
  assert.ok(row.kvm_vm_switch_num! >= kvm_vm_switch_num_min)
  const exits = row.kvm_vm_switch_num! + row.kvm_qemu_switch_num!
  assert.equal(
    Object.values(row.reasons!).reduce((sum, count) => sum + count),
    exits,
    'every exit has one reason',
  )
  assert.equal(row.reasons!.io ?? 0, row.io_num)
  assert.equal(row.reasons!.exception ?? 0, row.exception_num)
  assertAddsUp(row)
  assert.equal(kvmStatistic(vm.pid, 'exits'), exits)
  assert.equal(kvmStatistic(vm.pid, 'io_exits'), row.io_num)
}

/** The lists of a VM add up to its totals. */
function assertAddsUp(row: Row): void {
  const userReasons = Object.values(row.user_reasons)
  assert.equal(sum(userReasons.map(({ count }) => count)), row.kvm_qemu_switch_num)
  const accesses = countOf(row.user_reasons.io) + countOf(row.user_reasons.mmio)
  assert.equal(sum(Object.values(row.devices).map(({ count }) => count)), accesses, 'device accesses')
  if (row.kvm_ns === null) {
    assert.equal(row.reason_ns, null)
    for (const { ns } of [...userReasons, ...Object.values(row.devices)]) assert.equal(ns, null)
    return
  }
  // Each of them is rounded down to a nanosecond.
  assertNear(sum(Object.values(row.reason_ns ?? {})), row.kvm_ns)
  assertNear(sum(userReasons.map(({ ns }) => ns!)), row.user_ns!)
  const waits = (row.user_reasons.io?.ns ?? 0) + (row.user_reasons.mmio?.ns ?? 0)
  assertNear(sum(Object.values(row.devices).map(({ ns }) => ns!)), waits)
}

function assertNear(sumOfParts: number, total: number): void {
  assert.ok(sumOfParts <= total + 2 && sumOfParts >= total - 100, `${sumOfParts} of ${total}`)
}

const sum = (numbers: number[]): number => numbers.reduce((total, each) => total + each, 0)

const countOf = (tally: Tally | undefined): number => tally?.count ?? 0

/** Only the counts of the devices, by key. */
const counts = (row: Row): Record<string, number> =>
  Object.fromEntries(Object.entries(row.devices).map(([key, { count }]) => [key, count]))

test('only root and the group may read the file, and its header says what it contains', () => {
  const { mode, uid, gid } = statSync('/proc/kvminfo')
  assert.deepEqual([mode & 0o777, uid, gid], [0o440, 0, 0])
  const { head } = readTable()
  assert.match(head.module!, /^\d+\.\d+\.\d+$/)
  assert.equal(head.time, 'on')
  assert.equal(head.reasons, 'on')
  assert.deepEqual([head.devices, head.vcpus], ['on', 'off'])
  assert.ok(!existsSync('/proc/kvminfo_vcpus'))
  assert.equal(head.lost, '0')
})

test('counts every kind of exit of one vCPU, in KVM and in user space', async () => {
  const work = ['--out', '300', '--in', '200', '--pic', '150', '--mmio', '40', '--cpuid', '120', '--ud', '80']
  const vm = await startVm(...work)
  const table = readTable()
  const row = rowOf(table, vm.pid)
  assert.equal(table.head.vendor, 'svm')
  assertExact(row, vm)
  assert.deepEqual([row.io_num, row.exception_num], [651, 80])
  assert.equal(row.reasons!.cpuid, 120)
  assert.deepEqual([...row.vcpus.keys()], [0])
  const comm = readFileSync(`/proc/${vm.pid}/task/${row.vcpus.get(0)}/comm`, 'utf8')
  assert.equal(comm, 'CPU 0/KVM\n')
})

test('names the reasons of hand-overs, and the ports and pages that the guest accessed', async () => {
  const work = ['--out', '300', '--in', '200', '--pic', '150', '--mmio', '40', '--cpuid', '20']
  const vm = await startVm(...work, '--ports', '4', '--pages', '3', '--rep', '5')
  const row = rowOf(readTable(), vm.pid)
  assert.equal(row.user_reasons.io!.count, 5 * 504 + 1)
  assert.equal(row.user_reasons.mmio!.count, 5 * 43)
  // The PIC is in KVM. All devices fit in the table.
  assert.deepEqual(counts(row), {
    ...{ pf4: 2500, pf6: 1, p1000: 5, p1001: 5, p1002: 5, p1003: 5 },
    ...{ md0: 200, m20: 5, m21: 5, m22: 5 },
  })
  assert.ok(row.devices.pf4!.ns! > row.devices.m20!.ns!)
  assert.equal(row.devices.pf6!.ns, 0, 'the guest was not entered again')
})

test('without an interrupt controller in KVM, a HLT is handed to user space and is not an access', async () => {
  const vm = await startVm('--hlt', '7', '--out', '2')
  const row = rowOf(readTable(), vm.pid)
  assert.equal(row.user_reasons.hlt!.count, 7)
  assert.deepEqual(counts(row), { pf4: 2, pf6: 1 })
})

test('with more ports and pages than fit, keeps the frequent ones within the error, and the sum exact', async () => {
  const vcpus = 3
  const work = ['--out', '200', '--mmio', '100', '--ports', '100', '--pages', '100', '--rep', '4']
  for (const end of [[], ['--end-threads']]) {
    const vm = await startVm('--vcpus', String(vcpus), ...work, ...end)
    await until('the threads are gone', () => !end.length || rowOf(readTable(), vm.pid).vcpus.size === 0)
    const row = rowOf(readTable(), vm.pid)
    assertExact(row, vm)
    const { other, ...keys } = counts(row)
    assert.ok(other! > 0)
    assert.ok(Object.keys(keys).length <= 64)
    const total = vcpus * (4 * 500 + 1)
    for (const [key, times] of [
      ['pf4', 800],
      ['md0', 400],
    ] as const) {
      const made = vcpus * times
      assert.ok(keys[key]! <= made && keys[key]! >= made - total / 16, `${key}: ${keys[key]} of ${made}`)
    }
    for (const [key, count] of Object.entries(keys)) {
      if (!['pf4', 'md0'].includes(key)) assert.ok(count <= vcpus * 4, `${key}: ${count}`)
    }
    await vm.end()
  }
})

test('counts two, four and eight vCPUs at once, and several VMs at once', async () => {
  const work = ['--out', '100', '--pic', '100', '--cpuid', '50', '--ud', '20', '--rep', '3']
  const started = await Promise.all(['2', '4', '8'].map((vcpus) => startVm('--vcpus', vcpus, ...work)))
  const table = readTable()
  started.forEach((vm, at) => {
    const row = rowOf(table, vm.pid)
    assertExact(row, vm)
    assert.equal(row.vcpus.size, 2 << at)
  })
})

test('keeps the counts of vCPU threads that ended', async () => {
  const vm = await startVm('--vcpus', '3', '--out', '50', '--ud', '10', '--end-threads')
  await until('the threads are gone', () => rowOf(readTable(), vm.pid).vcpus.size === 0)
  assertExact(rowOf(readTable(), vm.pid), vm)
})

test('does not count a return for a signal as a userspace exit, before the first exit or later', async () => {
  const vm = await startVm('--out', '20', '--signals', '30', '--immediate', '10', '--vcpus', '2')
  const row = rowOf(readTable(), vm.pid)
  assertExact(row, vm)
  assert.equal(row.signal_num, 80)
  assert.equal(kvmStatistic(vm.pid, 'signal_exits'), 60, 'KVM does not count immediate_exit')
})

/** Linux 5.14 gave it its name. */
const requestsFile = /^5\.1[0-3]\./.test(release()) ? 'request_irq' : 'request_irq_exits'

test('does not count an exit as a userspace exit if KVM returns for a request after it', async () => {
  const vm = await startVm('--out', '20', '--cpuid', '10', '--windows', '30', '--vcpus', '2')
  const row = rowOf(readTable(), vm.pid)
  assertExact(row, vm)
  assert.equal(kvmStatistic(vm.pid, requestsFile), 60)
  // Mostly one for each request; see guests/README.md.
  const exits = row.reasons!.interrupt_window!
  assert.ok(exits >= 30 && exits <= 60, `${exits} exits for the requests`)
  assert.ok(row.kvm_vm_switch_num! >= vm.expect!.kvm_vm_switch_num_min + exits)
  const { count, ns } = row.user_reasons.irq_window_open!
  assert.equal(count, 0)
  assert.ok(ns! > 0)
  await vm.end()
  const ended = await startVm('--windows', '30', '--end-threads')
  await until('its thread is gone', () => rowOf(readTable(), ended.pid).vcpus.size === 0)
  assertExact(rowOf(readTable(), ended.pid), ended)
})

test('the times in KVM, halted and in user space add up to no more than the elapsed time', async () => {
  const from = process.hrtime.bigint()
  const vm = await startVm('--out', '2000', '--cpuid', '2000')
  const elapsed = Number(process.hrtime.bigint() - from)
  const row = rowOf(readTable(), vm.pid)
  assert.ok(row.kvm_ns! > 0 && row.user_ns! > 0)
  assert.equal(row.halt_ns, 0)
  assert.ok(row.kvm_ns! + row.user_ns! < elapsed, `${row.kvm_ns} + ${row.user_ns} of ${elapsed}`)
})

test('time halted is not time in KVM, and a signal that wakes a vCPU starts no user time', async () => {
  // The VMM's timer wakes the vCPU every 20 ms, which is long compared with what a busy machine adds to an exit. No entry
  // follows the only userspace exit, the last OUT.
  const vm = await startVm('--irqchip', '--hlt', '20')
  const row = rowOf(readTable(), vm.pid)
  assertExact(row, vm)
  assert.equal(row.reasons!.hlt, 20)
  assert.ok(row.halt_ns! > 100e6, `halted for ${row.halt_ns} ns`)
  assert.ok(row.kvm_ns! < row.halt_ns! / 2, `in KVM for ${row.kvm_ns} ns`)
  assert.equal(row.user_ns, 0)
})

/** Runs `check` with the module loaded with these parameters. */
async function withParameters(parameters: string[], check: () => Promise<void>): Promise<void> {
  rmmod('kvminfo')
  insmod('kvminfo', ...parameters)
  try {
    await check()
    await endVms()
  } finally {
    rmmod('kvminfo')
    insmod('kvminfo')
  }
}

test('with time=0 the time columns are "-" and the counts are still exact', async () => {
  await withParameters(['time=0', 'group=42'], async () => {
    assert.equal(statSync('/proc/kvminfo').gid, 42)
    const vm = await startVm('--vcpus', '2', '--out', '100', '--pic', '100', '--ud', '30', '--signals', '5')
    const table = readTable()
    const row = rowOf(table, vm.pid)
    assert.equal(table.head.time, 'off')
    assert.deepEqual([row.kvm_ns, row.halt_ns, row.user_ns, row.reason_ns], [null, null, null, null])
    assert.deepEqual(counts(row), { pf4: 200, pf6: 2 })
    assertExact(row, vm)
  })
})

test('with devices=0 the column is "-" and everything else is the same', async () => {
  await withParameters(['devices=0'], async () => {
    const vm = await startVm('--vcpus', '2', '--out', '100', '--mmio', '10', '--pic', '100', '--ud', '30')
    const { head, rows } = readTable()
    assert.equal(head.devices, 'off')
    assert.deepEqual(rows[0]!.devices, {})
    assert.equal(rows[0]!.kvm_qemu_switch_num, vm.expect!.kvm_qemu_switch_num)
    assert.equal(rows[0]!.user_reasons.mmio!.count, 20)
    assert.ok(rows[0]!.user_reasons.io!.ns! > 0)
  })
})

test('with vcpus=1 each vCPU thread has a row, and the rows of a VM add up to its totals', async () => {
  await withParameters(['vcpus=1', 'group=42'], async () => {
    const { mode, gid } = statSync('/proc/kvminfo_vcpus')
    assert.deepEqual([mode & 0o777, gid], [0o440, 42])
    assert.equal(readTable().head.vcpus, 'on')
    const vm = await startVm('--vcpus', '4', '--out', '50', '--pic', '30', '--cpuid', '20')
    const row = rowOf(readTable(), vm.pid)
    const threads = readVcpus()
    assert.deepEqual(
      threads.map(({ pid, tid, vcpu }) => [pid, tid, vcpu]),
      [...row.vcpus].map(([vcpu, tid]) => [vm.pid, tid, vcpu]),
    )
    for (const thread of threads) {
      assert.deepEqual([thread.io_num, thread.kvm_qemu_switch_num], [81, 51])
      assert.ok(thread.exits_num! >= 51 + 30 + 20)
      assert.ok(thread.kvm_ns! > 0 && thread.user_ns! > 0)
      assert.ok(thread.start_ns! >= row.start_ns!)
    }
    const exits = row.kvm_vm_switch_num! + row.kvm_qemu_switch_num!
    assert.equal(sum(threads.map((thread) => thread.exits_num!)), exits)
    assertNear(sum(threads.map((thread) => thread.kvm_ns!)), row.kvm_ns!)
    assertNear(sum(threads.map((thread) => thread.user_ns!)), row.user_ns!)
    const ended = await startVm('--vcpus', '3', '--end-threads')
    await until('its threads are gone', () => readVcpus().every(({ pid }) => pid !== ended.pid))
  })
})
