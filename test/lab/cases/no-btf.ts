// If the kernel's BTF cannot be read, exit reasons are not available, and the module does not use an old layout. Port
// I/O then comes from KVM's own statistic, which can be reset through debugfs.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, test } from 'node:test'
import { hideBtf, initRoot, replaceBtf, restoreBtf, showBtf } from './kvminfo/btf.ts'
import { insmod, modprobe, rmmod } from './kvminfo/kernel-modules.ts'
import { readTable } from './kvminfo/table.ts'
import { until } from './kvminfo/until.ts'
import { endVms, startVm } from './kvminfo/vm.ts'

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

/** Changes the type of a member of a structure in a module's BTF (Documentation/bpf/btf.rst). */
function changeMemberType(btf: Buffer, base: Buffer, member: string, byteOffset: number): void {
  const strings = (blob: Buffer): Buffer => {
    const start = blob.readUInt32LE(4) + blob.readUInt32LE(16)
    return blob.subarray(start, start + blob.readUInt32LE(20))
  }
  const inBase = strings(base).indexOf(`\0${member}\0`)
  const inSplit = strings(btf).indexOf(`\0${member}\0`)
  const name = inBase >= 0 ? inBase + 1 : strings(base).length + inSplit + 1
  const start = btf.readUInt32LE(4) + btf.readUInt32LE(8)
  const end = start + btf.readUInt32LE(12)
  let changed = 0
  for (let at = start; at + 12 <= end; at += 4) {
    if (btf.readUInt32LE(at) !== name || btf.readUInt32LE(at + 8) !== byteOffset * 8) continue
    btf.writeUInt32LE(1, at + 4)
    changed++
  }
  assert.equal(changed, 1, `members named ${member} at ${byteOffset}`)
}

test('a layout of the vendor module that is not what the code assumes is not used', async () => {
  rmmod('kvminfo')
  insmod('kvminfo')
  const log = execFileSync('dmesg', { encoding: 'latin1' })
  const offset = Number(log.match(/.*kvm_amd: exit code at offset (\d+)/s)![1])
  const vmlinux = readFileSync('/sys/kernel/btf/vmlinux')
  const btf = readFileSync('/sys/kernel/btf/kvm_amd')
  changeMemberType(btf, vmlinux, 'vmcb', offset)
  mkdirSync(`${initRoot}/changed-btf`)
  writeFileSync(`${initRoot}/changed-btf/vmlinux`, vmlinux)
  writeFileSync(`${initRoot}/changed-btf/kvm_amd`, btf)
  rmmod('kvminfo')
  replaceBtf('/changed-btf')
  try {
    insmod('kvminfo')
  } finally {
    restoreBtf()
  }
  const vm = await startVm('--out', '20', '--ud', '5')
  const { head, rows } = readTable()
  assert.equal(head.reasons, '-')
  assert.equal(rows[0]!.io_num, vm.expect!.io_num - 1)
  assert.equal(rows[0]!.reason_ns, null)
  assert.equal(rows[0]!.kvm_qemu_switch_num, vm.expect!.kvm_qemu_switch_num)
  assert.ok(rows[0]!.kvm_ns! > 0)
  await vm.end()
})

test('a module loaded in a container that sees no BTF finds it', async () => {
  rmmod('kvminfo')
  const hidden = 'mount -t tmpfs none /sys/kernel/btf && exec insmod "$LAB_MODULES/kvminfo.ko"'
  execFileSync('unshare', ['--mount', 'sh', '-c', hidden])
  assert.equal(readTable().head.reasons, 'on')
})
