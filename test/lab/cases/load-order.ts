// The module and KVM can be loaded and unloaded in any order: exits are counted whenever both are loaded, and nothing is
// left behind.

import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { initRoot, replaceBtf, restoreBtf } from './kvminfo/btf.ts'
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

/** Linux 5.10 gives the exit code in the tracepoint. */
const noBtf = release().startsWith('5.10.') && 'the module reads no BTF on this kernel'

test('counts if the module and kvm_amd are loaded at the same time', { skip: noBtf }, async () => {
  rmmod('kvminfo')
  rmmod('kvm_amd')
  // The BTF of kvm_intel is a pipe. The worker finds no BTF of kvm_amd and then waits at the pipe for us.
  const pipe = `${initRoot}/btf/kvm_intel`
  mkdirSync(`${initRoot}/btf`)
  copyFileSync('/sys/kernel/btf/vmlinux', `${initRoot}/btf/vmlinux`)
  execFileSync('mkfifo', [pipe])
  replaceBtf('/btf')
  const ours = spawn('insmod', [`${process.env.LAB_MODULES}/kvminfo.ko`], { stdio: 'inherit' })
  const oursEnds = once(ours, 'exit')
  await until('the worker waits at the pipe', () => someoneIs('wait_for_partner'))
  const kvms = spawn('modprobe', ['kvm_amd'], { stdio: 'inherit' })
  const kvmsEnds = once(kvms, 'exit')
  await until(
    'kvm_amd is loaded, or waits for insmod in turn',
    () =>
      kvms.exitCode !== null ||
      (/^kvm_amd /m.test(readFileSync('/proc/modules', 'latin1')) && / D /.test(stateOf(kvms))),
  )
  restoreBtf()
  writeFileSync(pipe, '')
  assert.deepEqual(await Promise.all([oursEnds, kvmsEnds]), [
    [0, null],
    [0, null],
  ])
  await assertCounts()
})

function stateOf({ pid }: ChildProcess): string {
  return readFileSync(`/proc/${pid}/stat`, 'latin1')
}

/** Whether a process waits in this function of the kernel. */
function someoneIs(waitingIn: string): boolean {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      try {
        return readFileSync(`/proc/${pid}/wchan`, 'latin1') === waitingIn
      } catch {
        return false
      }
    })
}

/** How often the kernel's log says that a KVM was refused. */
function refusals(): number {
  const why = 'kvminfo: not counting the exits of this KVM: cannot probe its tracepoint kvm_userspace_exit'
  return execFileSync('dmesg', { encoding: 'latin1' }).split(why).length - 1
}

/** `kvm`: a module of inside/other-kvms. */
async function assertRefuses(kvm: string): Promise<void> {
  const refused = { code: 'ENODEV' }
  rmmod('kvm_amd', 'kvm')
  const before = refusals()
  execFileSync('insmod', [join(process.env.LAB_MODULES!, `${kvm}.ko`)])
  assert.throws(() => readTable(), refused)
  assert.equal(refusals(), before + 1)
  rmmod('kvminfo')
  insmod('kvminfo')
  assert.throws(() => readTable(), refused)
  rmmod(kvm)
  assert.equal(readTable().rows.length, 0)
  modprobe('kvm_amd')
  await assertCounts()
}

test('does not count a KVM that lacks a tracepoint, and opening the file then fails', async () => {
  await assertRefuses('half_kvm')
})

test('does not count a KVM that has none of the tracepoints, and opening the file then fails', async () => {
  await assertRefuses('kvm')
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
