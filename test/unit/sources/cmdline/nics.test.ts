// The NICs of a QEMU command line.
import { describe, expect, it } from 'vitest'
import { kvm, parse } from '../../../helpers/command-line.ts'

describe('NICs', () => {
  const nics = (...args: string[]) => kvm(...args)?.nics

  it.each([
    ['tap,id=n,vhost=on', true],
    ['{"type":"tap","id":"n","vhost":true,"vhostfd":"31"}', true],
    ['tap,id=n', false],
    ['user,id=n', false],
    ['vhost-vdpa,id=n,vhostdev=/dev/vhost-vdpa-0', undefined],
  ])('reads -netdev %s with vhost %s', (netdev, vhost) => {
    expect(nics('-netdev', netdev, '-device', 'virtio-net-pci,netdev=n,id=net0')).toEqual([
      { device: 'net0', model: 'virtio', vhost },
    ])
  })

  it('knows that only virtio uses vhost', () => {
    expect(nics('-netdev', 'tap,id=n,vhost=on', '-device', 'e1000,netdev=n')).toEqual([
      { device: 'n', model: 'e1000', vhost: false },
    ])
  })

  it('reads -nic', () => {
    expect(nics('-nic', 'user,model=virtio-net-pci', '-nic', 'none')).toEqual([
      { device: 'nic0', model: 'virtio', vhost: false },
    ])
  })
})

describe('the NICs of the board', () => {
  const nics = (...args: string[]) => kvm(...args)?.nics

  it('are read from -net nic, connected to the hub or to a -netdev', () => {
    expect(nics('-net', 'nic,model=rtl8139', '-net', 'user')).toEqual([
      { device: 'nic0', model: 'rtl8139', vhost: false },
    ])
    expect(nics('-netdev', 'tap,id=n,vhost=on', '-net', 'nic,model=virtio,netdev=n,name=eth')).toEqual([
      { device: 'eth', model: 'virtio', vhost: true },
    ])
  })

  it('are numbered in QEMU’s order, -nic first', () => {
    expect(nics('-net', 'nic,model=e1000', '-nic', 'none', '-nic', 'user,model=pcnet')).toEqual([
      { device: 'nic0', model: 'pcnet', vhost: false },
      { device: 'nic1', model: 'e1000', vhost: false },
    ])
  })

  it.each([
    [[], 'e1000'],
    [['-machine', 'accel=kvm'], 'e1000'],
    [['-M', 'pc-i440fx-7.2'], 'e1000'],
    [['-machine', 'pc-q35-7.2'], 'e1000e'],
  ])('with %j have the default model %s', (machine, model) => {
    expect(nics(...machine, '-nic', 'user')).toEqual([{ device: 'nic0', model, vhost: false }])
  })

  it.each([
    [[], 'e1000'],
    [['-machine', 'q35', '-device', 'virtio-rng-pci'], 'e1000e'],
    [['-machine', 'pc-q35-2.11'], 'e1000'],
    [['-machine', 'pc-q35-rhel7.5.0'], 'e1000'],
    [['-machine', 'pc-q35-rhel7.6.0'], 'e1000e'],
    [['-machine', 'pc-q35-2.12'], 'e1000e'],
    [['-machine', 'isapc'], 'ne2k_isa'],
    [['-machine', 's390-ccw-virtio-7.2'], 'virtio'],
    [['-machine', 'pseries-7.2'], 'spapr-vlan'],
    [['-machine', 'virt'], 'virtio'],
  ])('with only %j include the default NIC, an %s', (more, model) => {
    expect(nics(...more)).toEqual([{ device: 'nic0', model, vhost: false }])
  })

  it.each([
    [['-nodefaults']],
    [['-nic', 'none']],
    [['-net', 'none']],
    [['-netdev', 'user,id=n']],
    [['-machine', 'microvm']],
  ])('are none with %j', (more) => {
    expect(nics(...more)).toEqual([])
  })

  it('are not guessed for another architecture', () => {
    expect(parse('qemu-system-aarch64', '-accel', 'kvm')?.nics).toEqual([])
    expect(parse('qemu-system-aarch64', '-accel', 'kvm', '-nic', 'user')?.nics[0]?.model).toBe('unknown')
  })
})

describe('NICs of -device', () => {
  const nics = (...args: string[]) => kvm('-nodefaults', ...args)?.nics

  it('are listed without a -netdev, under the names that QEMU gives', () => {
    expect(nics('-device', 'e1000', '-device', 'e1000', '-device', 'virtio-net-ccw,id=v')).toEqual([
      { device: 'e1000.0', model: 'e1000', vhost: false },
      { device: 'e1000.1', model: 'e1000', vhost: false },
      { device: 'v', model: 'virtio', vhost: false },
    ])
  })

  it.each([
    'virtio-net',
    'virtio-net-pci-transitional',
    'virtio-net-pci-non-transitional',
    'virtio-net-device',
  ])('have the model virtio if they are a %s', (driver) => {
    expect(nics('-device', `${driver},id=n`)?.[0]?.model).toBe('virtio')
  })

  it.each([
    ['vhost=yes', true],
    ['vhost=n,vhostforce=on', false],
    ['vhostfd=30', true],
    ['vhostfds=30:31', true],
    ['vhostforce=y', true],
    ['script=no', false],
  ])('with -netdev tap,%s use vhost: %s', (switches, vhost) => {
    expect(nics('-netdev', `tap,id=n,${switches}`, '-device', 'virtio-net-pci,netdev=n')?.[0]?.vhost).toBe(
      vhost,
    )
  })

  it('include a VFIO device only if it is surely a NIC', () => {
    expect(
      nics('-device', 'vfio-pci,host=0000:01:00.0,id=gpu', '-device', 'vfio-pci,id=h,failover_pair_id=n'),
    ).toEqual([{ device: 'h', model: 'vfio-pci', vhost: false }])
  })
})

it('gives no NIC of its own to a microvm and to a RISC-V virt, with -nic or without', () => {
  expect(kvm('-machine', 'microvm', '-nic', 'user')?.nics).toEqual([])
  expect(parse('qemu-system-riscv64', '-enable-kvm', '-M', 'virt')?.nics).toEqual([])
})
