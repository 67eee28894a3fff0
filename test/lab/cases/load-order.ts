// The module and KVM can be loaded and unloaded in any order: exits are counted whenever both are loaded, and nothing is
// left behind.

import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { insmod, modprobe, rmmod } from './kvminfo/kernel-modules.ts'
import { readTable, rowOf } from './kvminfo/table.ts'
import { until } from './kvminfo/until.ts'
import { endVms, kvmStatistic, startVm } from './kvminfo/vm.ts'

async function assertCounts(): Promise<void> {
  const vm = await startVm('--vcpus', '2', '--out', '100', '--ud', '20', '--pic', '30')
  const table = readTable()
  assert.deepEqual([table.head.vendor, table.head.reasons, table.head.lost], ['svm', 'on', '0'])
  const row = rowOf(table, vm.pid)
  assert.equal(row.kvm_qemu_switch_num, vm.expect!.kvm_qemu_switch_num)
  assert.equal(row.io_num, vm.expect!.io_num)
  assert.equal(row.exception_num, vm.expect!.exception_num)
  assert.equal(row.kvm_vm_switch_num! + row.kvm_qemu_switch_num!, kvmStatistic(vm.pid, 'exits'))
  await vm.end()
  await until('its row is gone', () => readTable().rows.length === 0)
}

afterEach(endVms)

test('counts if KVM is loaded first, then the module', assertCounts)

test('counts after KVM was unloaded and loaded again while the module stays', async () => {
  for (let round = 0; round < 3; round++) {
    rmmod('kvm_amd', 'kvm')
    assert.equal(readTable().rows.length, 0)
    modprobe('kvm_amd')
    await assertCounts()
  }
})

test('counts if the module is loaded first, then KVM', async () => {
  rmmod('kvminfo')
  rmmod('kvm_amd', 'kvm')
  insmod('kvminfo')
  assert.equal(readTable().head.vendor, '-')
  modprobe('kvm_amd')
  await assertCounts()
})

test('counts if the module is loaded after kvm but before kvm_amd', async () => {
  rmmod('kvminfo')
  rmmod('kvm_amd')
  insmod('kvminfo')
  modprobe('kvm_amd')
  await assertCounts()
})

test('counts if the module and kvm_amd are loaded at the same time', async () => {
  rmmod('kvminfo')
  rmmod('kvm_amd')
  // For insmod only, the BTF of kvm_intel is a pipe. insmod finds no BTF of kvm_amd and then waits at the pipe for us.
  const pipe = '/tmp/btf/kvm_intel'
  execFileSync('sh', ['-c', `mkdir /tmp/btf && cp /sys/kernel/btf/vmlinux /tmp/btf && mkfifo ${pipe}`])
  const insmodHere = `mount --bind /tmp/btf /sys/kernel/btf && exec insmod ${process.env.LAB_MODULES}/kvminfo.ko`
  const ours = spawn('unshare', ['--mount', 'sh', '-c', insmodHere], { stdio: 'inherit' })
  const oursEnds = once(ours, 'exit')
  await until('insmod waits at the pipe', () => stateIn(ours, 'wchan') === 'wait_for_partner')
  const kvms = spawn('modprobe', ['kvm_amd'], { stdio: 'inherit' })
  const kvmsEnds = once(kvms, 'exit')
  await until(
    'kvm_amd is loaded, or waits for insmod in turn',
    () =>
      kvms.exitCode !== null ||
      (/^kvm_amd /m.test(readFileSync('/proc/modules', 'latin1')) && / D /.test(stateIn(kvms, 'stat'))),
  )
  writeFileSync(pipe, '')
  assert.deepEqual(await Promise.all([oursEnds, kvmsEnds]), [
    [0, null],
    [0, null],
  ])
  await assertCounts()
})

function stateIn({ pid }: ChildProcess, file: 'wchan' | 'stat'): string {
  return readFileSync(`/proc/${pid}/${file}`, 'latin1')
}

test('does not count a KVM that lacks a tracepoint, and opening the file then fails', async () => {
  const refused = { code: 'ENODEV' }
  rmmod('kvm_amd', 'kvm')
  execFileSync('insmod', [join(process.env.LAB_MODULES!, 'half_kvm.ko')])
  assert.throws(() => readTable(), refused)
  assert.match(
    execFileSync('dmesg', { encoding: 'latin1' }),
    /kvminfo: not counting the exits of this KVM: cannot probe its tracepoint kvm_userspace_exit/,
  )
  rmmod('kvminfo')
  insmod('kvminfo')
  assert.throws(() => readTable(), refused)
  rmmod('half_kvm')
  assert.equal(readTable().rows.length, 0)
  modprobe('kvm_amd')
  await assertCounts()
})

test('counts exits of an unknown vendor as lost, without following their pointers', async () => {
  rmmod('kvm_amd', 'kvm')
  execFileSync('insmod', [join(process.env.LAB_MODULES!, 'strange_kvm.ko')])
  const { head, rows } = readTable()
  assert.deepEqual([head.lost, rows.length], ['3', 0])
  rmmod('strange_kvm', 'kvminfo')
  insmod('kvminfo')
  modprobe('kvm_amd')
  await assertCounts()
})

test('an attempt to load the wrong vendor module changes nothing', async () => {
  // KVM refuses it in one of two ways; modprobe regards one of them (already loaded) as success.
  try {
    modprobe('kvm_intel')
  } catch {}
  assert.doesNotMatch(readFileSync('/proc/modules', 'latin1'), /^kvm_intel /m)
  await assertCounts()
})

test('counts a VM that already runs from the time the module is loaded', async () => {
  rmmod('kvminfo')
  const vm = await startVm('--rep', '0', '--out', '10', '--cpuid', '10')
  await until('it runs', () => kvmStatistic(vm.pid, 'exits') > 1000)
  insmod('kvminfo')
  await until('it has a row', () => readTable().rows.length === 1)
  const before = kvmStatistic(vm.pid, 'exits')
  const row = rowOf(readTable(), vm.pid)
  assert.ok(row.kvm_vm_switch_num! + row.kvm_qemu_switch_num! < before)
  await until(
    'it keeps counting',
    () => rowOf(readTable(), vm.pid).kvm_qemu_switch_num! > row.kvm_qemu_switch_num! + 100,
  )
  await vm.end()
})
