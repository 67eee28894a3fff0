// If the kernel's BTF cannot be read, exit reasons are not available, and the module does not use an old layout. Port
// I/O then comes from KVM's own statistic, which can be reset through debugfs.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { afterEach, test } from 'node:test'
import { insmod, modprobe, rmmod } from './kvminfo/kernel-modules.ts'
import { readTable } from './kvminfo/table.ts'
import { until } from './kvminfo/until.ts'
import { endVms, startVm } from './kvminfo/vm.ts'

/** A module reads BTF as the process that loads it sees it. */
const hideBtf = (): unknown => execFileSync('mount', ['-t', 'tmpfs', 'none', '/sys/kernel/btf'])
const showBtf = (): unknown => execFileSync('umount', ['/sys/kernel/btf'])

afterEach(endVms)

test('the layout of an unloaded vendor module is not used for the next one', async () => {
  assert.equal(readTable().head.reasons, 'on')
  rmmod('kvm_amd')
  hideBtf()
  modprobe('kvm_amd')
  showBtf()
  const vm = await startVm('--out', '20', '--ud', '5')
  const { head, rows } = readTable()
  assert.deepEqual([head.vendor, head.reasons], ['svm', '-'])
  assert.equal(rows[0]!.exception_num, null)
  assert.equal(rows[0]!.reasons, null)
  // io_num lags by one: a thread's last I/O exit is not seen.
  assert.equal(rows[0]!.io_num, vm.expect!.io_num - 1)
  await vm.end()
})

test('a reset of KVM’s statistic neither decreases io_num nor makes it jump', async () => {
  rmmod('kvminfo')
  hideBtf()
  insmod('kvminfo')
  showBtf()
  const vm = await startVm('--rep', '0', '--out', '50')
  const ioNum = (): number => readTable().rows[0]?.io_num ?? 0
  await until('it counts', () => ioNum() > 500)
  const before = ioNum()
  const statistics = readdirSync('/sys/kernel/debug/kvm').filter((entry) => entry.startsWith(`${vm.pid}-`))
  assert.equal(statistics.length, 1)
  writeFileSync(`/sys/kernel/debug/kvm/${statistics[0]}/io_exits`, '0')
  let last = before
  await until('it keeps counting', () => {
    const now = ioNum()
    assert.ok(now >= last && now < before + 10_000_000, `${before}, ${last}, ${now}`)
    last = now
    return now > before + 500
  })
  await vm.end()
})
