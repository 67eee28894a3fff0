// `kvminfo doctor` on a real KVM host with known faults: it finds those and no others, the exit code follows, and the
// host is as before. The VM has what an old definition has: IDE, an emulated NIC, a poor CPU model, an old machine type.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { JsonReport } from '../../../src/doctor/report/json.ts'
import { writeReadingDisk } from './firmware/disk.ts'
import { virsh } from './firmware/domain.ts'

const thp = '/sys/kernel/mm/transparent_hugepage/enabled'
const runtime = '/proc/sys/kernel/sched_rt_runtime_us'

const definition = `<domain type='kvm'>
  <name>old</name>
  <memory unit='MiB'>32</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc-i440fx-2.9'>hvm</type><boot dev='hd'/></os>
  <cpu mode='custom' match='exact' check='none'><model fallback='forbid'>qemu64</model></cpu>
  <clock offset='localtime'/>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw' cache='unsafe'/>
      <source file='/tmp/old.img'/>
      <target dev='hda' bus='ide'/>
    </disk>
    <interface type='user'><model type='e1000'/><rom enabled='no'/></interface>
    <memballoon model='none'/>
  </devices>
</domain>
`

before(() => {
  writeFileSync(thp, 'never')
  writeFileSync(runtime, '0')
  writeReadingDisk('/tmp/old.img', 'ide')
  writeFileSync('/tmp/old.xml', definition)
  virsh('create', '/tmp/old.xml')
})

after(() => virsh('destroy', 'old'))

test('finds the faults of this host, and no others', () => {
  // The emulated machine is too slow for the deadline of virsh.
  const { status, stdout, stderr } = spawnSync('kvminfo', ['doctor', '--json', '--skip=versions'], {
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  const report = JSON.parse(stdout) as JsonReport
  assert.deepEqual(
    report.findings.map(({ severity, item }) => `${severity} ${item}`),
    [
      'critical vm-disk-cache/old/ide0-0-0',
      'warning vhost',
      'warning transparent-huge-pages',
      'warning realtime-limits',
      'warning vm-emulated-disk/old/ide0-0-0',
      'warning vm-emulated-nic/old/net0',
      'warning vm-cpu-model/old',
      'warning vm-hyperv/old',
      'warning vm-machine-type/old',
      'notice bridge',
      'notice huge-pages',
      'notice iommu',
    ],
  )
  // The lab has no /boot, and neither its machine nor its kernel controls the power of the CPUs.
  assert.deepEqual(
    report.notChecked.map(({ check }) => check),
    ['realtime-groups', 'cpu-governor', 'c-states'],
  )
  assert.equal(status, 2)
})

test('changes nothing', () => {
  assert.match(readFileSync(thp, 'utf8'), /\[never\]/)
  assert.equal(readFileSync(runtime, 'utf8').trim(), '0')
})
