// The module is unloaded and loaded again while VMs run, start and end, and while other processes read its file. The lab
// itself fails the case if the kernel logs a warning.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { afterEach, test } from 'node:test'
import { insmod, rmmod } from './kvminfo/kernel-modules.ts'
import { readTable, rowOf } from './kvminfo/table.ts'
import { until } from './kvminfo/until.ts'
import { churnVms, endVms, startVm } from './kvminfo/vm.ts'

const rounds = 6
/** The last round leaves everything switched on. */
const parameters = [['time=0'], ['vcpus=1'], ['devices=0'], ['time=0', 'devices=0'], [], ['vcpus=1']]

afterEach(endVms)

test('can be unloaded and loaded again under load', async (t) => {
  const steady = await Promise.all(
    ['1', '2'].map((vcpus) =>
      startVm('--rep', '0', '--out', '50', '--pic', '50', '--ud', '5', '--ports', '60', '--vcpus', vcpus),
    ),
  )
  let stop = false
  const churn = (async () => {
    while (!stop) await churnVms(1, 5, '--vcpus', '3', '--out', '30', '--end-threads')
  })()
  const loop = 'while :; do cat /proc/kvminfo /proc/kvminfo_vcpus; done > /dev/null 2>&1'
  const readers = [1, 2, 3].map(() => spawn('sh', ['-c', loop], { stdio: 'ignore' }))
  const endLoad = (): void => {
    stop = true
    for (const reader of readers) reader.kill('SIGKILL')
  }
  t.after(endLoad)

  for (let round = 0; round < rounds; round++) {
    await until('both VMs count', () =>
      steady.every((vm) => {
        const row = readTable().rows.find((each) => each.pid === vm.pid)
        return row !== undefined && row.kvm_qemu_switch_num! > 20
      }),
    )
    const fd = openSync('/proc/kvminfo', 'r')
    assert.ok(readSync(fd, Buffer.alloc(512)) > 0)
    rmmod('kvminfo')
    assert.ok(!existsSync('/proc/kvminfo'))
    assert.throws(() => readSync(fd, Buffer.alloc(512)), { code: 'EIO' })
    closeSync(fd)
    insmod('kvminfo', ...parameters[round % parameters.length]!)
  }
  endLoad()
  await churn
  // No vCPU threads may share a slot or lose it: each VM has as many slots as vCPUs.
  await until('every vCPU has its slot', () =>
    steady.every((vm, at) => rowOf(readTable(), vm.pid).vcpus.size === 1 << at),
  )
  assert.equal(readTable().head.lost, '0')
  for (const vm of steady) await vm.end()
  await until('no row is left', () => readTable().rows.length === 0)
})
