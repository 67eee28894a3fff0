// /proc/kvminfo shows exactly the exits that the guests caused, by reason and by where they ended, and plausible times.

import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { afterEach, test } from 'node:test'
import { insmod, rmmod } from './kvminfo/kernel-modules.ts'
import { type Row, readTable, rowOf } from './kvminfo/table.ts'
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
  assert.equal(kvmStatistic(vm.pid, 'exits'), exits)
  assert.equal(kvmStatistic(vm.pid, 'io_exits'), row.io_num)
}

test('only root and the group may read the file, and its header says what it contains', () => {
  const { mode, uid, gid } = statSync('/proc/kvminfo')
  assert.deepEqual([mode & 0o777, uid, gid], [0o440, 0, 0])
  const { head } = readTable()
  assert.match(head.module!, /^\d+\.\d+\.\d+$/)
  assert.equal(head.time, 'on')
  assert.equal(head.reasons, 'on')
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

test('with time=0 the time columns are "-" and the counts are still exact', async () => {
  rmmod('kvminfo')
  insmod('kvminfo', 'time=0', 'group=42')
  try {
    assert.equal(statSync('/proc/kvminfo').gid, 42)
    const vm = await startVm('--vcpus', '2', '--out', '100', '--pic', '100', '--ud', '30', '--signals', '5')
    const table = readTable()
    const row = rowOf(table, vm.pid)
    assert.equal(table.head.time, 'off')
    assert.deepEqual([row.kvm_ns, row.halt_ns, row.user_ns], [null, null, null])
    assertExact(row, vm)
    await vm.end()
  } finally {
    rmmod('kvminfo')
    insmod('kvminfo')
  }
})
