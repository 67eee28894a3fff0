// Collectors `vm`, `vm_memory` and `devices`.
import { describe, expect, test } from 'vitest'
import { devicesCollector } from '../../../src/collectors/devices.ts'
import { vmCollector } from '../../../src/collectors/vm.ts'
import { vmMemoryCollector } from '../../../src/collectors/vm-memory.ts'
import { collected } from '../../helpers/collected.ts'
import { hostSnapshot, part, vm } from '../../helpers/host-snapshot.ts'

describe('vm', () => {
  test('writes identity, start time and number of vCPUs, and leaves out what is not known of a VM', () => {
    const snapshot = hostSnapshot({
      bootTime: () => part(1_700_000_000),
      vms: () =>
        part([
          vm('web', 10, {
            startNs: 2_500_000_000,
            uuid: '6f1dd2f0-3c6a-4e0f-9a58-000000000001',
            machine: 'pc-q35-7.2',
            identitySource: 'libvirt',
            vcpus: [
              { id: 0, tid: 11 },
              { id: 1, tid: 12 },
            ],
          }),
          vm('pid-20', 20),
        ]),
    })
    expect(collected(vmCollector, snapshot)).toEqual([
      'kvminfo_vm_info{vm="web",pid="10",uuid="6f1dd2f0-3c6a-4e0f-9a58-000000000001",machine="pc-q35-7.2",source="libvirt"} 1',
      'kvminfo_vm_info{vm="pid-20",pid="20",uuid="",machine="",source="none"} 1',
      'kvminfo_vm_start_time_seconds{vm="web"} 1700000002.5',
      'kvminfo_vm_start_time_seconds{vm="pid-20"} 1700000000',
      'kvminfo_vm_vcpus{vm="web"} 2',
    ])
  })

  test('a hostile name cannot escape from its label value', () => {
    const snapshot = hostSnapshot({ vms: () => part([vm('a"} 1\nforged{b="', 10)]) })
    expect(collected(vmCollector, snapshot)[1]).toBe(
      'kvminfo_vm_start_time_seconds{vm="a\\"} 1\\nforged{b=\\""} 1700000000',
    )
  })

  test('a VM that takes over a name has its own identity', () => {
    const first = hostSnapshot({ vms: () => part([vm('web', 10)]) })
    const second = hostSnapshot({ vms: () => part([vm('web', 11)]) })
    expect(collected(vmCollector, first)[0]).toContain('pid="10"')
    expect(collected(vmCollector, second)[0]).toContain('pid="11"')
  })
})

describe('vm_memory', () => {
  test('writes resident, hugetlb, maximum and balloon memory, and leaves out what is not known', () => {
    const snapshot = hostSnapshot({
      vms: () => part([vm('a', 10, { memoryMaxBytes: 4096, balloonBytes: 2048 }), vm('b', 11), vm('c', 12)]),
      vmMemory: () =>
        part(
          new Map([
            [10, { pid: 10, residentBytes: 1000, hugetlbBytes: 2000 }],
            [11, { pid: 11, residentBytes: 3000, hugetlbBytes: 0 }],
          ]),
        ),
    })
    expect(collected(vmMemoryCollector, snapshot)).toEqual([
      'kvminfo_vm_memory_resident_bytes{vm="a"} 1000',
      'kvminfo_vm_memory_resident_bytes{vm="b"} 3000',
      'kvminfo_vm_memory_hugetlb_bytes{vm="a"} 2000',
      'kvminfo_vm_memory_hugetlb_bytes{vm="b"} 0',
      'kvminfo_vm_memory_max_bytes{vm="a"} 4096',
      'kvminfo_vm_memory_balloon_bytes{vm="a"} 2048',
    ])
  })
})

describe('devices', () => {
  test('writes disks and network interfaces, with an empty label for what is not stated', () => {
    const snapshot = hostSnapshot({
      vms: () =>
        part([
          vm('a', 10, {
            disks: [
              { device: 'virtio-disk0', target: 'vda', bus: 'virtio', cache: 'none', format: 'qcow2' },
              { device: 'hda', bus: 'ide', cache: undefined, format: undefined },
            ],
            nics: [
              { device: 'net0', target: 'vnet0', model: 'virtio', vhost: true },
              { device: 'vnet1', model: 'virtio', vhost: false },
              { device: 'vnet2', model: 'e1000', vhost: undefined },
            ],
            hostDevices: [{ device: 'hostdev0', type: 'pci', driver: 'vfio-pci', address: '0000:01:00.0' }],
          }),
        ]),
    })
    expect(collected(devicesCollector, snapshot)).toEqual([
      'kvminfo_vm_disk_info{vm="a",device="virtio-disk0",bus="virtio",cache="none",format="qcow2",emulated="false",target="vda"} 1',
      'kvminfo_vm_disk_info{vm="a",device="hda",bus="ide",cache="",format="",emulated="true",target=""} 1',
      'kvminfo_vm_nic_info{vm="a",device="net0",model="virtio",vhost="true",emulated="false",target="vnet0"} 1',
      'kvminfo_vm_nic_info{vm="a",device="vnet1",model="virtio",vhost="false",emulated="false",target=""} 1',
      'kvminfo_vm_nic_info{vm="a",device="vnet2",model="e1000",vhost="",emulated="true",target=""} 1',
      'kvminfo_vm_host_device_info{vm="a",device="hostdev0",type="pci",driver="vfio-pci",address="0000:01:00.0"} 1',
    ])
  })

  test('shows a replaced device at the next scrape', () => {
    const withBus = (bus: string) =>
      hostSnapshot({
        vms: () =>
          part([vm('a', 10, { disks: [{ device: 'vda', bus, cache: undefined, format: undefined }] })]),
      })
    expect(collected(devicesCollector, withBus('ide'))[0]).toContain('bus="ide"')
    expect(collected(devicesCollector, withBus('virtio'))[0]).toContain('bus="virtio"')
  })
})

test('vm: writes state and owner of a VM that has them, and the new state when it changes', () => {
  const owner = { manager: 'nova', name: 'a "b"', group: 'demo', flavor: 'm1' } as const
  const series = (state: 'running' | 'hung') =>
    collected(
      vmCollector,
      hostSnapshot({ vms: () => part([vm('owned', 1, { state, owner }), vm('plain', 2)]) }),
    ).filter((line) => /^kvminfo_vm_(state|owner)_info/.test(line))
  const ofOwner =
    'kvminfo_vm_owner_info{vm="owned",manager="nova",name="a \\"b\\"",group="demo",flavor="m1"} 1'
  expect(series('running')).toEqual(['kvminfo_vm_state_info{vm="owned",state="running"} 1', ofOwner])
  expect(series('hung')).toEqual(['kvminfo_vm_state_info{vm="owned",state="hung"} 1', ofOwner])
})
