// Readers that misuse the files while VMs, threads and modules come and go: for the kernels that check themselves. The
// lab itself fails the case if the kernel complains. Its argument is how many seconds it reads (default: 60).

import assert from 'node:assert/strict'
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { afterEach, test } from 'node:test'
import { insmod, modprobe, rmmod } from './kvminfo/kernel-modules.ts'
import { readTable, rowOf } from './kvminfo/table.ts'
import { until } from './kvminfo/until.ts'
import { churnVms, endVms, startVm } from './kvminfo/vm.ts'
import { assertNoLeak, compileReads, startReads } from './readers/programs.ts'

const seconds = Number(process.argv[2] ?? 60)

afterEach(endVms)

test(`${seconds} seconds of random reads, while VMs start and end and the modules are loaded again`, async () => {
  rmmod('kvminfo')
  insmod('kvminfo', 'vcpus=1')
  const program = compileReads()
  const readers = [1, 2].map((seed) => startReads(program, seed, seconds))
  const cramped = startReads(program, 3, seconds, inLittleMemory())
  let over = false
  const done = Promise.all([...readers, cramped].map((reader) => reader.done)).finally(() => {
    over = true
  })
  let vms = 0
  let reloads = 0
  while (!over) {
    await churnVms(2, 5, '--vcpus', '3', '--out', '30', '--ud', '3', '--ports', '40', '--end-threads')
    vms += 10
    for (const module of ['kvminfo', 'taskinfo'] as const) {
      rmmod(module)
      insmod(module, ...(module === 'kvminfo' ? ['vcpus=1'] : []))
    }
    reloads++
    if (reloads % 4 === 0) {
      rmmod('kvm_amd', 'kvm')
      modprobe('kvm_amd')
    }
  }
  const sums = await done
  for (const { operations, bytes } of sums) assert.ok(operations > 100 && bytes > 1000, JSON.stringify(sums))
  const total = (key: 'operations' | 'bytes' | 'errors'): number =>
    sums.reduce((sum, each) => sum + each[key], 0)
  console.log(
    `${total('operations')} operations, ${total('bytes')} bytes, ${total('errors')} expected errors; ` +
      `${vms} VMs, modules loaded again ${reloads} times`,
  )
  rmdirSync(group)
})

test('afterwards, everything is counted as before and no memory is lost', async () => {
  const vm = await startVm('--vcpus', '2', '--out', '100', '--ud', '20')
  assert.equal(rowOf(readTable(), vm.pid).kvm_qemu_switch_num, vm.expect!.kvm_qemu_switch_num)
  await vm.end()
  await until('no row is left', () => readTable().rows.length === 0)
  assertNoLeak()
})

const group = '/sys/fs/cgroup/cramped'

/** A command that starts another one with so little memory that opening a file often fails. */
function inLittleMemory(): string[] {
  writeFileSync('/sys/fs/cgroup/cgroup.subtree_control', '+memory')
  mkdirSync(group)
  writeFileSync(`${group}/memory.max`, '3M')
  return ['sh', '-c', `echo $$ > ${group}/cgroup.procs && exec "$@"`, 'cramped']
}
