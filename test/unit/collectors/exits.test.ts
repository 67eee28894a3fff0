// Collectors `exits`, `exit_reasons` and `device_exits`.
import { describe, expect, test } from 'vitest'
import { deviceExitsCollector } from '../../../src/collectors/device-exits.ts'
import { exitReasonsCollector } from '../../../src/collectors/exit-reasons.ts'
import { exitsCollector } from '../../../src/collectors/exits.ts'
import type { VmExits } from '../../../src/model/exits.ts'
import { collected } from '../../helpers/collected.ts'
import { hostSnapshot, part, vm } from '../../helpers/host-snapshot.ts'

const full: VmExits = {
  pid: 10,
  io: 1,
  exceptions: 2,
  kernelSwitches: 3,
  userspaceSwitches: 4,
  signalReturns: 5,
  kernelNs: 6_000_000_007,
  haltNs: 8_500_000_000,
  userspaceNs: 0,
  reasons: new Map([
    ['io', 7],
    ['hlt', 8],
  ]),
  reasonNs: new Map([['io', 5_000_000_000]]),
  userspaceReasons: new Map([
    ['io', { count: 3, ns: 2_500_000_000 }],
    ['hyperv', { count: 1, ns: undefined }],
  ]),
  devices: new Map([
    ['ide0-0-0', { count: 2, ns: 2_000_000_000 }],
    ['other', { count: 1, ns: undefined }],
  ]),
}

/** What KVM's own statistics provide. */
const bare: VmExits = {
  pid: 11,
  io: 11,
  exceptions: undefined,
  kernelSwitches: 13,
  userspaceSwitches: 14,
  signalReturns: undefined,
  kernelNs: undefined,
  haltNs: undefined,
  userspaceNs: undefined,
  reasons: new Map(),
}

const snapshot = hostSnapshot({
  vms: () => part([vm('a', 10), vm('b', 11), vm('not-yet-exited', 12)]),
  exits: () =>
    part(
      new Map([
        [10, full],
        [11, bare],
        [99, { ...full, pid: 99 }],
      ]),
    ),
})

describe('exits', () => {
  test('writes each counter of each VM, and leaves out what a source does not count instead of writing 0', () => {
    expect(collected(exitsCollector, snapshot)).toEqual([
      'kvminfo_vm_io_exits_total{vm="a"} 1',
      'kvminfo_vm_io_exits_total{vm="b"} 11',
      'kvminfo_vm_exception_exits_total{vm="a"} 2',
      'kvminfo_vm_kernel_switches_total{vm="a"} 3',
      'kvminfo_vm_kernel_switches_total{vm="b"} 13',
      'kvminfo_vm_userspace_switches_total{vm="a"} 4',
      'kvminfo_vm_userspace_switches_total{vm="b"} 14',
      'kvminfo_vm_signal_returns_total{vm="a"} 5',
      'kvminfo_vm_kernel_seconds_total{vm="a"} 6.000000007',
      'kvminfo_vm_halt_seconds_total{vm="a"} 8.5',
      'kvminfo_vm_userspace_wait_seconds_total{vm="a"} 0',
    ])
  })
})

describe('device_exits', () => {
  test('writes each device, its time only if it is measured, and nothing of a VM whose source does not count them', () => {
    expect(collected(deviceExitsCollector, snapshot)).toEqual([
      'kvminfo_vm_device_exits_total{vm="a",device="ide0-0-0"} 2',
      'kvminfo_vm_device_exits_total{vm="a",device="other"} 1',
      'kvminfo_vm_device_wait_seconds_total{vm="a",device="ide0-0-0"} 2',
    ])
  })
})

describe('exit_reasons', () => {
  test('writes each reason that has occurred', () => {
    expect(collected(exitReasonsCollector, snapshot)).toEqual([
      'kvminfo_vm_exits_by_reason_total{vm="a",reason="io"} 7',
      'kvminfo_vm_exits_by_reason_total{vm="a",reason="hlt"} 8',
      'kvminfo_vm_exit_kernel_seconds_total{vm="a",reason="io"} 5',
      'kvminfo_vm_userspace_exits_by_reason_total{vm="a",reason="io"} 3',
      'kvminfo_vm_userspace_exits_by_reason_total{vm="a",reason="hyperv"} 1',
      'kvminfo_vm_userspace_exit_wait_seconds_total{vm="a",reason="io"} 2.5',
    ])
  })
})
