// Allocations that the kernel lets fail on purpose, while the modules are loaded, while VMs start, and while the files
// are read. Needs a kernel with fault injection (sid-kasan).

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { insmod, rmmod } from './kvminfo/kernel-modules.ts'
import { readTable, rowOf } from './kvminfo/table.ts'
import { until } from './kvminfo/until.ts'
import { churnVms, endVms, startVm } from './kvminfo/vm.ts'
import { assertNoLeak, forgetFailedAllocations } from './readers/programs.ts'

const nth = '/tmp/nth'
const modules = ['kvminfo', 'taskinfo'] as const

function setting(capability: string, name: string, value: string): void {
  writeFileSync(`/sys/kernel/debug/${capability}/${name}`, value)
}

before(() => {
  execFileSync('gcc', ['-O1', '-o', nth, '/case/readers/nth.c'])
  for (const capability of ['failslab', 'fail_page_alloc']) {
    // Also what may wait for memory, because nearly all of ours may. No stack trace in the log for each.
    setting(capability, 'ignore-gfp-wait', 'N')
    setting(capability, 'verbose', '0')
  }
  setting('fail_page_alloc', 'min-order', '0')
})

afterEach(endVms)

/** Lets only those allocations fail that are made below a function between the two addresses. */
function below([start, end]: readonly [string, string]): void {
  for (const capability of ['failslab', 'fail_page_alloc']) {
    setting(capability, 'require-start', start)
    setting(capability, 'require-end', end)
    setting(capability, 'stacktrace-depth', '32')
  }
}

after(forgetFailedAllocations)

async function assertCounts(): Promise<void> {
  const vm = await startVm('--vcpus', '2', '--out', '100', '--ud', '20', '--ports', '5')
  const row = rowOf(readTable(), vm.pid)
  assert.equal(row.kvm_qemu_switch_num, vm.expect!.kvm_qemu_switch_num)
  assert.equal(row.exception_num, vm.expect!.exception_num)
  await vm.end()
  await until('no row is left', () => readTable().rows.length === 0)
}

test('each allocation while a module is loaded may fail: then it is not loaded, and nothing is left', async () => {
  // Those of the module's own start, and not those with which the kernel reads and links it before.
  below(initcall())
  for (const module of modules) {
    rmmod(module)
    const parameters = module === 'kvminfo' ? ['vcpus=1'] : []
    const path = join(process.env.LAB_MODULES!, `${module}.ko`)
    const [attempts = 0, failed = 0] = run('load', path, ...parameters)
    console.log(
      `loading ${module}: ${attempts} attempts, an allocation failed in each; ${failed} were refused`,
    )
    assert.ok(failed > 0)
    assert.ok(!existsSync(`/proc/${module}`))
    insmod(module, ...parameters)
  }
  await assertCounts()
})

test('each allocation while a file is opened and read may fail', async () => {
  const vm = await startVm('--vcpus', '3', '--out', '10', '--ports', '20')
  // /proc/taskinfo is made by the kernel's seq_file, thread by thread: the module itself allocates nothing for it.
  below(textOf('kvminfo'))
  for (const name of ['kvminfo', 'kvminfo_vcpus']) {
    const [attempts = 0, failed = 0] = run('read', `/proc/${name}`)
    console.log(`reading ${name}: ${attempts} attempts, an allocation failed in each; ${failed} were refused`)
    assert.ok(failed > 0)
  }
  await vm.end()
  await assertCounts()
})

test('while no slot can be allocated, exits are counted as lost and nothing else happens', async () => {
  below(textOf('kvminfo'))
  setting('failslab', 'probability', '100')
  setting('failslab', 'times', '-1')
  // More threads than the pool has slots (1,024).
  await churnVms(2, 75, '--vcpus', '8', '--out', '5', '--end-threads')
  setting('failslab', 'probability', '0')
  const { lost } = readTable().head
  assert.ok(Number(lost) > 0, `lost=${lost}`)
  await until('slots are allocated again', async () => {
    const before = readTable().head.lost
    const vm = await startVm('--out', '5')
    await vm.end()
    return readTable().head.lost === before
  })
  await assertCounts()
})

test('no memory is lost', assertNoLeak)

function run(...words: string[]): number[] {
  return execFileSync(nth, words, { encoding: 'latin1' }).split(' ').map(Number)
}

/** Where the function of the kernel is that calls a module's start. */
function initcall(): [start: string, end: string] {
  const line = /^([0-9a-f]+) T do_one_initcall$/m.exec(readFileSync('/proc/kallsyms', 'latin1'))!
  const start = BigInt(`0x${line[1]}`)
  // Its size: it has 250 bytes on a stock kernel, and more if it checks itself.
  return [`0x${start.toString(16)}`, `0x${(start + 0x400n).toString(16)}`]
}

/** Where the code of a module begins and ends. */
function textOf(module: string): [start: string, end: string] {
  const start = BigInt(readFileSync(`/sys/module/${module}/sections/.text`, 'latin1').trim())
  // What this rounds up to cannot be code of another module.
  const size = BigInt(readFileSync(`/sys/module/${module}/coresize`, 'latin1').trim())
  return [`0x${start.toString(16)}`, `0x${(start + size).toString(16)}`]
}
