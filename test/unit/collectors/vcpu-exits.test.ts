// Collector `vcpu_exits`.
import { expect, test } from 'vitest'
import { vcpuExitsCollector } from '../../../src/collectors/vcpu-exits.ts'
import { KvminfoError } from '../../../src/errors.ts'
import type { VcpuExits } from '../../../src/model/exits.ts'
import { collected } from '../../helpers/collected.ts'
import { hostSnapshot, part, vm } from '../../helpers/host-snapshot.ts'

const counted: VcpuExits = {
  tid: 21,
  exits: 7,
  userspaceSwitches: 3,
  io: 2,
  kernelNs: 1_500_000_000,
  haltNs: undefined,
  userspaceNs: 0,
}

const vms = () =>
  part([
    vm('a', 10, {
      vcpus: [
        { id: 0, tid: 20 },
        { id: 1, tid: 21 },
      ],
    }),
  ])

test('writes the counts of each vCPU that has any, and no time that is not measured', () => {
  const snapshot = hostSnapshot({
    vms,
    vcpuExits: () =>
      part(
        new Map([
          [21, counted],
          [99, counted],
        ]),
      ),
  })
  expect(collected(vcpuExitsCollector, snapshot)).toEqual([
    'kvminfo_vcpu_exits_total{vm="a",vcpu="1"} 7',
    'kvminfo_vcpu_userspace_switches_total{vm="a",vcpu="1"} 3',
    'kvminfo_vcpu_io_exits_total{vm="a",vcpu="1"} 2',
    'kvminfo_vcpu_kernel_seconds_total{vm="a",vcpu="1"} 1.5',
    'kvminfo_vcpu_userspace_wait_seconds_total{vm="a",vcpu="1"} 0',
  ])
})

test('fails, with the remedy, if the module does not count by vCPU', () => {
  const absent = new KvminfoError('SOURCE_ABSENT', 'load it with vcpus=1')
  const snapshot = hostSnapshot({
    vms,
    vcpuExits() {
      throw absent
    },
  })
  expect(() => collected(vcpuExitsCollector, snapshot)).toThrow(absent)
})
