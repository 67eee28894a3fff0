import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseDomain } from '../../../../src/remediate/definition/edit.ts'
import { managerCommands, weightCommands } from '../../../../src/remediate/target/manager-commands.ts'
import { managerOf, manages } from '../../../../src/remediate/target/owner.ts'
import { proxmoxDiskCommands, proxmoxNicCommands } from '../../../../src/remediate/target/proxmox.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const domain = (metadata: string, name = 'web1') =>
  parseDomain(`<domain><name>${name}</name><metadata>${metadata}</metadata></domain>`).domain

const noOwner = { owner: undefined, label: 'web1', pid: 1 }
const libosinfo =
  '<libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0"><libosinfo:os id="x"/></libosinfo:libosinfo>'

describe('who manages a VM', () => {
  test.each([
    ['nobody', '', 'web1', undefined],
    ['nobody, if virt-install has said which system it is', libosinfo, 'web1', undefined],
    ['Nova', '<nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1"/>', 'x', 'nova'],
    [
      'an older Nova',
      '<nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.0"/>',
      'x',
      'nova',
    ],
    [
      'Nova, by another prefix',
      '<n:instance xmlns:n="http://openstack.org/xmlns/libvirt/nova/1.1"/>',
      'x',
      'nova',
    ],
    ['Nova, by the name', '', 'instance-0000002a', 'nova'],
    ['KubeVirt', '<kubevirt xmlns="http://kubevirt.io"/>', 'x', 'kubevirt'],
    ['oVirt', '<ovirt-vm:vm xmlns:ovirt-vm="http://ovirt.org/vm/1.0"/>', 'x', 'ovirt'],
    ['OpenNebula', '', 'one-17', 'opennebula'],
    ['CloudStack', '', 'i-2-11-VM', 'cloudstack'],
    ["CloudStack's router", '', 'r-12-VM', 'cloudstack'],
    ['a program that we do not know', `${libosinfo}<a:b xmlns:a="http://example.org/x"/>`, 'web1', 'unknown'],
    ['a program without a namespace', '<note/>', 'web1', 'unknown'],
  ])('%s', (_who, metadata, name, manager) => {
    expect(managerOf(noOwner, '/nowhere', domain(metadata, name))?.manager).toBe(manager)
  })

  test('by the sources: Proxmox has no definition in libvirt', () => {
    const owner = { manager: 'proxmox', name: '100', group: '', flavor: '' } as const
    expect(managerOf({ ...noOwner, owner }, '/nowhere', undefined)).toEqual({
      manager: 'proxmox',
      name: 'Proxmox VE',
    })
  })

  test('KubeVirt, by the control group of QEMU', () => {
    const procfs = scratchDirectory()
    mkdirSync(join(procfs, '1'))
    writeFileSync(join(procfs, '1/cgroup'), '0::/kubepods.slice/kubepods-burstable.slice/crio-1.scope\n')
    expect(managerOf(noOwner, procfs, undefined)?.manager).toBe('kubevirt')
  })

  test('an unknown program is named by its namespace', () => {
    const found = managerOf(noOwner, '/nowhere', domain('<a:b xmlns:a="http://example.org/x"/>'))
    expect(found?.name).toContain('http://example.org/x')
  })
})

test('everybody manages the devices, nobody a scheduling policy, and some the balloon', () => {
  const all = (['proxmox', 'nova', 'kubevirt', 'ovirt', 'opennebula', 'cloudstack', 'unknown'] as const).map(
    (manager) => ({ manager, name: '' }),
  )
  expect(all.filter((one) => manages(one, 'virtio-disk'))).toEqual(all)
  expect(all.filter((one) => manages(one, 'sched-tier'))).toEqual([])
  expect(all.filter((one) => manages(one, 'balloon-deflate')).map(({ manager }) => manager)).toEqual([
    'proxmox',
    'ovirt',
    'cloudstack',
    'unknown',
  ])
})

const configuration = `boot: order=ide0;net0
cores: 2
ide0: local-lvm:vm-100-disk-0,cache=writeback,discard=on,iothread=0,size=32G,ssd=1
ide2: none,media=cdrom
net0: e1000=BC:24:11:5B:5C:9E,bridge=vmbr0,firewall=1,tag=30
[before-upgrade]
ide0: local-lvm:vm-100-disk-9,size=8G
`

describe('the commands for Proxmox', () => {
  test('move the disk with all its options and its place in the boot order', () => {
    expect(proxmoxDiskCommands('100', 'ide0', configuration)).toEqual([
      'qm shutdown 100',
      'qm set 100 --scsihw virtio-scsi-single --delete ide0',
      'qm set 100 --scsi0 local-lvm:vm-100-disk-0,iothread=1,cache=writeback,discard=on,size=32G,ssd=1',
      "qm set 100 --boot 'order=scsi0;net0'",
      'qm start 100',
    ])
  })

  test('leave the controller of other SCSI disks alone', () => {
    const withScsi = configuration.replace('cores: 2', 'scsi0: local:2\nvirtio0: local:3\nscsihw: lsi')
    expect(proxmoxDiskCommands('100', 'ide0', withScsi)).toEqual([
      'qm shutdown 100',
      'qm set 100 --delete ide0',
      'qm set 100 --virtio1 local-lvm:vm-100-disk-0,iothread=1,cache=writeback,discard=on,size=32G',
      "qm set 100 --boot 'order=virtio1;net0'",
      'qm start 100',
    ])
  })

  test('keep every option of a network interface', () => {
    expect(proxmoxNicCommands('100', 'net0', configuration)).toEqual([
      'qm shutdown 100',
      'qm set 100 --net0 virtio=BC:24:11:5B:5C:9E,bridge=vmbr0,firewall=1,tag=30',
      'qm start 100',
    ])
  })

  test('say what to look up if the configuration cannot be read', () => {
    expect(proxmoxDiskCommands('100', 'ide0', undefined)).toEqual([
      'qm config 100',
      'qm shutdown 100',
      'qm set 100 --scsihw virtio-scsi-single --delete ide0',
      "qm set 100 --scsi0 '<volume>,iothread=1'",
      'qm set 100 --boot order=scsi0',
      'qm start 100',
    ])
  })
})

test.each([
  ['nova', 'virtio-disk', 'nova-manage image_property set u1 --property hw_disk_bus=virtio'],
  ['nova', 'virtio-nic', 'nova-manage image_property set u1 --property hw_vif_model=virtio'],
  ['kubevirt', 'virtio-disk', 'virtctl restart db --namespace shop'],
  ['opennebula', 'virtio-nic', 'MODEL="virtio"'],
  ['cloudstack', 'virtio-disk', 'rootDiskController'],
  ['ovirt', 'virtio-disk', 'VirtIO'],
  ['unknown', 'virtio-disk', 'ide0-0-0'],
] as const)('the commands for %s and %s', (manager, action, part) => {
  const vm = { uuid: 'u1', owner: undefined, label: 'shop_db' } as const
  const lines = managerCommands({ manager, name: '' }, vm, { action, device: 'ide0-0-0' })
  expect(lines.join('\n')).toContain(part)
})

test('the commands for a CPU weight', () => {
  const owner = { manager: 'proxmox', name: '100', group: '', flavor: '' } as const
  expect(weightCommands({ manager: 'proxmox', name: '' }, { owner }, 400)).toEqual([
    'qm set 100 --cpuunits 400',
  ])
  const [other] = weightCommands({ manager: 'nova', name: 'OpenStack Nova' }, { owner: undefined }, 400)
  expect(other).toContain('400 in OpenStack Nova')
})
