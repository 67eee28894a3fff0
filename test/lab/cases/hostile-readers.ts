// Readers that misuse the files while VMs, threads and modules come and go: for the kernels that check themselves. The
// lab itself fails the case if the kernel complains. Its argument is how many seconds it reads (default: 60).

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { after, afterEach, test } from 'node:test'
import { insmod, modprobe, rmmod } from './kvminfo/kernel-modules.ts'
import { readTable, rowOf } from './kvminfo/table.ts'
import { until } from './kvminfo/until.ts'
import { churnVms, endVms, startVm } from './kvminfo/vm.ts'
import {
  assertNoLeak,
  compileReads,
  forgetFailedAllocations,
  type Sums,
  startReads,
} from './readers/programs.ts'

const seconds = Number(process.argv[2] ?? 60)

afterEach(endVms)
after(forgetFailedAllocations)

test(`${seconds} seconds of random reads, while VMs start and end and the modules are loaded again`, async () => {
  rmmod('kvminfo')
  insmod('kvminfo', 'vcpus=1')
  const program = compileReads()
  const readers = [1, 2].map((seed) => startReads(program, seed, seconds).done)
  const cramped = crampedReads(program)
  let over = false
  const done = Promise.all([Promise.all(readers), cramped]).finally(() => {
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
  const [sums, { kills, ...little }] = await done
  for (const { operations, bytes } of sums) assert.ok(operations > 100 && bytes > 1000, JSON.stringify(sums))
  const total = (key: keyof Sums): number => [...sums, little].reduce((sum, each) => sum + each[key], 0)
  console.log(
    `${total('operations')} operations, ${total('bytes')} bytes, ${total('errors')} expected errors; ` +
      `a reader with little memory was killed ${kills} times; ` +
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

/**
 * Reads with so little memory that opening a file often fails. The kernel may also kill such a reader, as it does with any
 * program; then another one starts.
 */
async function crampedReads(program: string): Promise<Sums & { kills: number }> {
  writeFileSync('/sys/fs/cgroup/cgroup.subtree_control', '+memory')
  mkdirSync(group)
  writeFileSync(`${group}/memory.max`, '3M')
  const into = ['sh', '-c', `echo $$ > ${group}/cgroup.procs && exec "$@"`, 'cramped']
  const sums = { operations: 0, bytes: 0, errors: 0, kills: 0 }
  const end = Date.now() + seconds * 1000
  for (let seed = 3; Date.now() < end; seed++) {
    const kills = oomKills()
    try {
      const left = Math.ceil((end - Date.now()) / 1000)
      const { operations, bytes, errors } = await startReads(program, seed, left, into).done
      sums.operations += operations
      sums.bytes += bytes
      sums.errors += errors
    } catch (error) {
      if (oomKills() === kills) throw error
      sums.kills++
    }
  }
  return sums
}

const oomKills = (): number =>
  Number(/^oom_kill (\d+)$/m.exec(readFileSync(`${group}/memory.events`, 'latin1'))![1])
