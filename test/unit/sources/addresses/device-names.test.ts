// One device has one name, that of the metrics about devices, wherever the guest accesses it.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Vm } from '../../../../src/model/vm.ts'
import { addressName, DeviceNames } from '../../../../src/sources/addresses/device-names.ts'
import { parseCommandLine } from '../../../../src/sources/cmdline/parse.ts'
import { descriptionOf } from '../../../../src/sources/identity/description.ts'
import { pageAddress, portAddress } from '../../../../src/sources/kvminfo/row.ts'
import { parseQueryPci } from '../../../../src/sources/qmp/parse.ts'
import type { PciDevice } from '../../../../src/sources/qmp/pci-device.ts'

const fixture = (name: string) =>
  readFileSync(new URL(`../../../fixtures/qemu-7.2-addresses/${name}`, import.meta.url), 'utf8')

const answer = JSON.parse(fixture('query-pci.json')) as unknown
const cmdline = Buffer.from(
  [...fixture('cmdline').trimEnd().split('\n'), '-accel', 'kvm'].map((word) => `${word}\0`).join(''),
)
const described = () => descriptionOf(undefined, parseCommandLine(cmdline, { isVouchedFor: true }))

/** All addresses of one recorded device, from the answer itself. */
function addressesOf(pci: readonly PciDevice[], place: string): number[] {
  return pci
    .find((device) => device.place === place)!
    .regions.map(({ kind, address }) =>
      kind === 'port' ? portAddress(address) : pageAddress(address / 4096),
    )
}

describe('a recorded VM', () => {
  const pci = parseQueryPci(answer)
  const vm = described()
  const names = new DeviceNames(vm, pci)

  it('has the disks and interfaces that the metrics name', () => {
    expect(vm.disks.map(({ device }) => device)).toEqual(['ide0-hd0', 'virtio0'])
    expect(vm.nics.map(({ device }) => device)).toEqual(['nic1', 'n1', 'n2'])
  })

  it.each([
    ['an e1000 with an id by its id', '00:03.0', 'nic1'],
    ['the only other e1000 by the name of its interface', '00:04.0', 'n1'],
    ['an interface behind a bridge', '01:00.0', 'n2'],
    ['a virtio disk by the name of the disk', '00:06.0', 'virtio0'],
    ['the graphics adapter like its legacy ports', '00:02.0', 'vga'],
    ['a bridge by its id', '00:05.0', 'bridge'],
    ['a device without an id by its class and place', '00:01.2', 'USB controller 00:01.2'],
  ])('%s', (_, place, name) => {
    const addresses = addressesOf(pci, place)
    expect(addresses.length).toBeGreaterThan(0)
    for (const address of addresses) expect(names.of(address)).toBe(name)
  })

  it('has the disk that is alone on its channel wherever the guest accesses it', () => {
    const [busMaster] = addressesOf(pci, '00:01.1')
    for (const address of [portAddress(0x1f0), portAddress(0x3f6), busMaster!, busMaster! + 7])
      expect(names.of(address)).toBe('ide0-hd0')
    for (const address of [portAddress(0x170), busMaster! + 8, busMaster! + 15])
      expect(names.of(address)).toBe('ide-secondary')
    expect(names.of(busMaster! + 16)).not.toBe('ide-secondary')
  })

  it('names every page of a region and nothing beyond it', () => {
    const nic = pci.find(({ id }) => id === 'nic1')!.regions.find(({ kind }) => kind === 'memory')!
    const first = pageAddress(nic.address / 4096)
    expect(names.of(first + nic.size / 4096 - 1)).toBe('nic1')
    expect(names.of(first - 1)).not.toBe('nic1')
  })

  it('knows no device at an address that the guest has not assigned', () => {
    expect(names.of(pageAddress(0x200000))).toBeUndefined()
    expect(pci.flatMap(({ regions }) => regions).every(({ address }) => address >= 0)).toBe(true)
  })
})

const devices = (more: Partial<Vm>): Pick<Vm, 'machine' | 'disks' | 'nics'> => ({
  machine: 'pc-i440fx-7.2',
  disks: [],
  nics: [],
  ...more,
})

const ide = (device: string, channel: number | undefined) => ({
  device,
  bus: 'ide',
  channel,
  cache: undefined,
  format: undefined,
})

describe('IDE disks', () => {
  const primary = portAddress(0x1f7)
  const secondary = portAddress(0x177)
  it.each([
    ['two on one channel share its name', [ide('a', 0), ide('b', 0)], ['ide-primary', 'ide-secondary']],
    ['one on each', [ide('a', 0), ide('b', 1)], ['a', 'b']],
    ['one on the secondary', [ide('b', 1)], ['ide-primary', 'b']],
    ['one whose channel is not known', [ide('a', undefined)], ['ide-primary', 'ide-secondary']],
    [
      'one of two whose channel is not known',
      [ide('a', 0), ide('b', undefined)],
      ['ide-primary', 'ide-secondary'],
    ],
  ])('%s', (_, disks, expected) => {
    const names = new DeviceNames(devices({ disks }), [])
    expect([names.of(primary), names.of(secondary)]).toEqual(expected)
  })
})

const pciDevice = (more: Partial<PciDevice>): PciDevice => ({
  id: '',
  place: '00:04.0',
  classCode: 0,
  className: undefined,
  vendor: 0,
  device: 0,
  regions: [{ kind: 'memory', address: 0xfebf1000, size: 4096 }],
  ...more,
})
const page = pageAddress(0xfebf1)

describe('a controller', () => {
  const ahci = pciDevice({ classCode: 0x0106, className: 'SATA controller', place: '00:1f.2' })
  const sata = (device: string) => ({ device, bus: 'sata', cache: undefined, format: undefined })

  it('has the name of its only disk', () => {
    expect(new DeviceNames(devices({ disks: [sata('sata0-0-0')] }), [ahci]).of(page)).toBe('sata0-0-0')
  })

  it('of several disks has its own', () => {
    const disks = [sata('sata0-0-0'), sata('sata0-0-1')]
    expect(new DeviceNames(devices({ disks }), [ahci]).of(page)).toBe('SATA controller 00:1f.2')
  })

  it('is not guessed if there are two', () => {
    const other = pciDevice({ classCode: 0x0106, id: 'sata1', regions: [] })
    const names = new DeviceNames(devices({ disks: [sata('sata0-0-0')] }), [ahci, other])
    expect(names.of(page)).toBe('SATA controller 00:1f.2')
  })

  it('that QEMU emulates for SCSI has the name of its only disk, one of virtio does not', () => {
    const disk = { device: 'scsi0-0-0-0', bus: 'scsi', cache: undefined, format: undefined }
    const lsi = pciDevice({ classCode: 0x0100, vendor: 0x1000, device: 0x0012, id: 'scsi0' })
    const virtio = pciDevice({ classCode: 0x0100, vendor: 0x1af4, device: 0x1004, id: 'scsi0' })
    const name = (pci: PciDevice, emulated: boolean) =>
      new DeviceNames(devices({ disks: [{ ...disk, emulated }] }), [pci]).of(page)
    expect(name(lsi, true)).toBe('scsi0-0-0-0')
    expect(name(virtio, false)).toBe('scsi0')
  })
})

it('does not guess which of two equal interfaces without ids it is', () => {
  const nic = (device: string) => ({ device, model: 'e1000', vhost: undefined })
  const e1000 = (place: string, address: number) =>
    pciDevice({
      place,
      vendor: 0x8086,
      device: 0x100e,
      className: 'Ethernet controller',
      regions: [{ kind: 'memory', address, size: 0x20000 }],
    })
  const names = new DeviceNames(devices({ nics: [nic('a'), nic('b')] }), [
    e1000('00:03.0', 0xfeb80000),
    e1000('00:04.0', 0xfeba0000),
  ])
  expect(names.of(pageAddress(0xfeb80))).toBe('Ethernet controller 00:03.0')
  expect(names.of(pageAddress(0xfeba0))).toBe('Ethernet controller 00:04.0')
})

it('takes the PCI configuration space of q35 for that, and on pc for any address', () => {
  const address = pageAddress(0xb0005)
  expect(new DeviceNames(devices({ machine: 'pc-q35-7.2' }), []).of(address)).toBe('pci-config')
  expect(new DeviceNames(devices({}), []).of(address)).toBeUndefined()
})

it('makes the id of a device safe to show', () => {
  const names = new DeviceNames(devices({}), [pciDevice({ id: `evil\n\u202E${'x'.repeat(500)}` })])
  expect(names.of(page)).toMatch(/^evil\uFFFD\uFFFDx+~[0-9a-f]{12}$/)
})

it('names what is not known by its address', () => {
  expect(addressName(portAddress(0x1234))).toBe('port 0x1234')
  expect(addressName(pageAddress(0xfebc0))).toBe('mmio 0xfebc0000')
  expect(addressName(pageAddress(0))).toBe('mmio 0x0')
})
