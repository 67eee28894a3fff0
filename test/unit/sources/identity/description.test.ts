// What is shown of a VM's definition: bounded, clean and unique, whatever a process's command line says.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { devicesCollector } from '../../../../src/collectors/devices.ts'
import { vmCollector } from '../../../../src/collectors/vm.ts'
import { parseCommandLine, type QemuCommandLine } from '../../../../src/sources/cmdline/parse.ts'
import { descriptionOf, maxDevices } from '../../../../src/sources/identity/description.ts'
import type { LibvirtDomain } from '../../../../src/sources/libvirt-status/parse.ts'
import { collected } from '../../../helpers/collected.ts'
import { hostSnapshot, part, vm } from '../../../helpers/host-snapshot.ts'

const kvm = (...args: string[]): QemuCommandLine =>
  parseCommandLine(Buffer.from(`${['kvm', ...args].join('\0')}\0`))!

const disk = (device: string) => ({ device, bus: 'virtio', cache: undefined, format: undefined })
const domain = (more: Partial<LibvirtDomain>): LibvirtDomain => ({
  pid: 1,
  name: 'a',
  uuid: undefined,
  machine: undefined,
  state: undefined,
  owner: undefined,
  vcpus: [],
  disks: [],
  nics: [],
  memoryMaxBytes: undefined,
  balloonBytes: undefined,
  ...more,
})

const deviceNames = (...names: string[]) =>
  descriptionOf(domain({ disks: names.map(disk) }), undefined).disks.map(({ device }) => device)

describe('names of devices', () => {
  it('are numbered if several devices have the same one', () => {
    expect(deviceNames('a', 'b', 'a', 'a')).toEqual(['a', 'b', 'a#2', 'a#3'])
  })

  it('are not changed for a device that really has such a numbered name', () => {
    expect(deviceNames('a', 'a', 'a#2', 'a#2')).toEqual(['a', 'a#3', 'a#2', 'a#2#2'])
  })

  it('stay different if they only differed in characters that cannot be shown', () => {
    expect(deviceNames('a\u202e', 'a\u202d')).toEqual(['a\uFFFD', 'a\uFFFD#2'])
  })

  it('are numbered for NICs too', () => {
    const card = ['-device', 'virtio-net-pci,netdev=n']
    expect(descriptionOf(undefined, kvm('-netdev', 'user,id=n', ...card, ...card)).nics).toEqual([
      { device: 'n', model: 'virtio', vhost: false },
      { device: 'n#2', model: 'virtio', vhost: false },
    ])
  })
})

it('cleans and bounds every string', () => {
  const long = `\u202e${'x'.repeat(100_000)}`
  const short = /^\uFFFDx{241}~[0-9a-f]{12}$/
  const { uuid, machine, disks, nics, hostDevices } = descriptionOf(
    domain({
      uuid: long,
      machine: long,
      disks: [{ device: `t${long}`, alias: long, bus: long, cache: long, format: long }],
      nics: [{ device: `t${long}`, model: long, vhost: true, alias: long }],
      hostDevices: [{ device: long, type: 'pci', driver: long, address: long }],
    }),
    undefined,
  )
  const [disk, nic, hostDevice] = [disks[0]!, nics[0]!, hostDevices[0]!]
  const texts = [uuid, machine, disk.device, disk.bus, disk.cache, disk.format, nic.device, nic.model]
  texts.push(hostDevice.device, hostDevice.driver, hostDevice.address)
  for (const target of [disk.target, nic.target]) expect(target).toMatch(/^t\uFFFDx{240}~[0-9a-f]{12}$/)
  for (const text of texts) expect(text).toMatch(short)
})

it('shows the first of too many devices and reports how many it leaves out', () => {
  const many = kvm(
    ...Array.from({ length: 2_000 }, (_, at) => ['-device', `virtio-blk-pci,id=d${at}`]).flat(),
  )
  const { disks, leftOut } = descriptionOf(undefined, many)
  expect(disks).toHaveLength(maxDevices)
  expect(disks.at(-1)?.device).toBe(`d${maxDevices - 1}`)
  expect(leftOut).toBe(2_000 - maxDevices)
})

it('is made once per domain and command line', () => {
  const commandLine = kvm('-hda', 'a')
  expect(descriptionOf(undefined, commandLine)).toBe(descriptionOf(undefined, commandLine))
  const virtio = domain({ nics: [{ device: 'v', model: 'virtio', vhost: undefined, alias: 'n' }] })
  expect(descriptionOf(virtio, undefined).nics[0]?.vhost).toBeUndefined()
  const late = kvm('-netdev', 'tap,id=b,vhost=on', '-device', 'virtio-net-pci,netdev=b,id=n')
  expect(descriptionOf(virtio, late).nics[0]?.vhost).toBe(true)
})

it('never makes two series with equal labels, whatever the command line', () => {
  const key = fc.constantFrom(
    'id',
    'drive',
    'netdev',
    'chardev',
    'if',
    'index',
    'bus',
    'unit',
    'model',
    'name',
  )
  const value = fc.oneof(
    fc.constantFrom('a', 'a#2', 'ide0-hd0', 'nic0', 'virtio', '0', '1', 'a\u0001', 'a\u0002'),
    fc.string({ maxLength: 2 }),
  )
  const properties = fc.array(
    fc.tuple(key, value).map(([name, text]) => `${name}=${text.replaceAll(',', ',,')}`),
    { maxLength: 3 },
  )
  const driver = fc.constantFrom(
    'virtio-blk-pci',
    'vhost-user-blk-pci',
    'ide-hd',
    'e1000',
    'nic',
    'user',
    'file=f',
  )
  const option = fc
    .tuple(fc.constantFrom('device', 'drive', 'nic', 'net', 'hda', 'hdb', 'netdev'), driver, properties)
    .map(([name, first, others]) => [`-${name}`, [first, ...others].join(',')])
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          option,
          value.map((word) => [word]),
        ),
        { maxLength: 12 },
      ),
      (options) => {
        const { uuid, machine, disks, nics } = descriptionOf(undefined, kvm(...options.flat()))
        const snapshot = hostSnapshot({ vms: () => part([vm('a', 1, { uuid, machine, disks, nics })]) })
        const series = [...collected(devicesCollector, snapshot), ...collected(vmCollector, snapshot)]
        expect(new Set(series).size).toBe(series.length)
        expect(new Set(disks.map(({ device }) => device)).size).toBe(disks.length)
        expect(new Set(nics.map(({ device }) => device)).size).toBe(nics.length)
      },
    ),
  )
})

describe('a device of libvirt', () => {
  const disk = { device: 'vda', alias: 'virtio-disk0', bus: 'virtio', cache: 'none', format: 'raw' }
  const hostDevice = {
    device: 'hostdev0',
    type: 'pci',
    driver: 'vfio-pci',
    address: '0000:01:00.0',
  } as const
  const onCommandLine = kvm(
    ...['-blockdev', 'driver=raw,node-name=f,cache.direct=on', '-netdev', 'tap,id=h,vhost=on'],
    ...['-device', 'virtio-blk-pci,drive=f,id=virtio-disk0', '-device', 'virtio-net-pci,netdev=h,id=net0'],
    ...['-device', 'vfio-pci,host=0000:01:00.0,id=hostdev0'],
  )

  it('has the same name, whether its status file or only its command line is readable', () => {
    const nic = { device: 'vnet0', alias: 'net0', model: 'virtio', vhost: true }
    const both = descriptionOf(
      domain({ disks: [disk], nics: [nic], hostDevices: [hostDevice] }),
      onCommandLine,
    )
    const one = descriptionOf(undefined, onCommandLine)
    expect(both.disks).toEqual([{ ...one.disks[0], target: 'vda' }])
    expect(both.nics).toEqual([{ ...one.nics[0], target: 'vnet0' }])
    expect(both.hostDevices).toEqual(one.hostDevices)
    expect(one.hostDevices).toEqual([hostDevice])
  })

  it('has its target as its name if it has no alias', () => {
    const { alias: _, ...withoutAlias } = disk
    const { disks } = descriptionOf(domain({ disks: [withoutAlias] }), undefined)
    expect(disks).toMatchObject([{ device: 'vda', target: 'vda' }])
  })
})
