// The module is unloaded and loaded again while VMs run, start and end and while its file is read. The lab itself
// fails the case if the kernel then has anything to say.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { afterEach, test } from 'node:test'
import { insmod, rmmod } from './kvminfo/kernel-modules.ts'
import { readTable, rowOf } from './kvminfo/table.ts'
import { until } from './kvminfo/until.ts'
import { churnVms, endVms, startVm } from './kvminfo/vm.ts'

const rounds = 6

afterEach(endVms)

test('unloading and loading under load', async () => {
  const steady = await Promise.all(
    ['1', '2'].map((vcpus) =>
      startVm('--rep', '0', '--out', '50', '--pic', '50', '--ud', '5', '--vcpus', vcpus),
    ),
  )
  let stop = false
  const churn = (async () => {
    while (!stop) await churnVms(1, 5, '--vcpus', '3', '--out', '30', '--end-threads')
  })()
  const reader = (async () => {
    while (!stop) {
      // Gone between two opens; a file that is open keeps the module's unloading waiting.
      if (existsSync('/proc/kvminfo')) readTable()
      await new Promise((resolve) => setImmediate(resolve))
    }
  })()

  for (let round = 0; round < rounds; round++) {
    await until('both VMs count', () =>
      steady.every((vm) => {
        const row = readTable().rows.find((each) => each.pid === vm.pid)
        return row !== undefined && row.kvm_qemu_switch_num! > 20
      }),
    )
    rmmod('kvminfo')
    assert.ok(!existsSync('/proc/kvminfo'))
    insmod('kvminfo', ...(round % 2 ? ['time=0'] : []))
  }
  stop = true
  await Promise.all([churn, reader])
  // vCPU threads cannot share a slot or lose one in any of this: each VM has as many as it has vCPUs.
  await until('every vCPU has its slot', () =>
    steady.every((vm, at) => rowOf(readTable(), vm.pid).vcpus.size === 1 << at),
  )
  assert.equal(readTable().head.lost, '0')
  for (const vm of steady) await vm.end()
  await until('no row is left', () => readTable().rows.length === 0)
})
