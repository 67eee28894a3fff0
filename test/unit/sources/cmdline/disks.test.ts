// The disks of a QEMU command line.
import { describe, expect, it } from 'vitest'
import { kvm } from '../../../helpers/command-line.ts'

describe('disks', () => {
  const disks = (...args: string[]) => kvm(...args)?.disks

  it('reads -drive with QEMU’s names and buses and the given cache mode, and leaves out CD-ROM drives', () => {
    expect(
      disks(
        '-drive',
        'file=a,if=virtio,format=raw,cache=none',
        '-drive',
        'file=b',
        '-drive',
        'file=c,media=cdrom',
      ),
    ).toEqual([
      { device: 'virtio0', bus: 'virtio', cache: 'none', format: 'raw' },
      { device: 'ide0-hd0', bus: 'ide', channel: 0, cache: undefined, format: undefined },
    ])
  })

  it('says on which IDE channel a disk is, if the command line does', () => {
    const channels = (...words: string[]) => disks(...words)?.map(({ channel }) => channel)
    expect(channels('-hda', 'a', '-hdb', 'b', '-hdc', 'c')).toEqual([0, 0, 1])
    expect(channels('-drive', 'file=a,index=3')).toEqual([1])
    const device = (bus: string) => channels('-drive', 'if=none,id=d', '-device', `ide-hd,drive=d${bus}`)
    expect([device(',bus=ide.0'), device(',bus=ide.1,unit=1'), device('')]).toEqual([[0], [1], [undefined]])
  })

  it('knows that q35 has AHCI and one disk per bus', () => {
    expect(disks('-machine', 'q35', '-hda', 'a', '-cdrom', 'b')).toEqual([
      { device: 'ide0-hd0', bus: 'sata', cache: undefined, format: undefined },
    ])
  })

  it('joins -device with -drive if=none', () => {
    expect(
      disks('-drive', 'if=none,id=d,file=a,format=qcow2,cache=unsafe', '-device', 'virtio-blk-pci,drive=d'),
    ).toEqual([{ device: 'd', bus: 'virtio', cache: 'unsafe', format: 'qcow2' }])
  })

  it('joins -device with -blockdev, in both spellings, through a filter', () => {
    const nodes = [
      ...['-blockdev', 'driver=file,node-name=f,filename=a,cache.direct=on,cache.no-flush=off'],
      ...['-blockdev', '{"driver":"qcow2","node-name":"q","file":"f"}'],
      ...[
        '-blockdev',
        '{"driver":"throttle","node-name":"t","file":"q","cache":{"direct":true,"no-flush":false}}',
      ],
    ]
    const devices = ['-device', 'scsi-hd,drive=t,id=s', '-device', '{"driver":"nvme","drive":"f","id":"n"}']
    expect(disks(...nodes, ...devices)).toEqual([
      { device: 's', bus: 'scsi', cache: 'none', format: 'qcow2' },
      { device: 'n', bus: 'nvme', cache: 'none', format: 'raw' },
    ])
  })

  it.each([
    ['off', 'off', 'on', 'writeback'],
    ['off', 'off', 'off', 'writethrough'],
    ['on', 'off', 'on', 'none'],
    ['on', 'off', 'off', 'directsync'],
    ['off', 'on', 'on', 'unsafe'],
  ])(
    'reads direct %s, no-flush %s, write-cache %s as cache mode %s',
    (direct, noFlush, writeCache, cache) => {
      const node = `driver=raw,node-name=n,cache.direct=${direct},cache.no-flush=${noFlush}`
      expect(
        disks('-blockdev', node, '-device', `virtio-blk,drive=n,write-cache=${writeCache}`)?.[0]?.cache,
      ).toBe(cache)
    },
  )

  it('distinguishes SATA from IDE by the controller', () => {
    const bus = (...args: string[]) => disks(...args)?.map((disk) => disk.bus)
    expect(bus('-device', 'ahci,id=a', '-device', 'ide-hd,bus=a.0', '-device', 'ide-hd,bus=ide.0')).toEqual([
      'sata',
      'ide',
    ])
    expect(bus('-machine', 'q35', '-device', 'piix3-ide,id=p', '-device', 'ide-hd,bus=p.0')).toEqual(['ide'])
  })

  it.each<[string[], string[]]>([
    [
      ['-hda', 'a', '-drive', 'file=b'],
      ['ide0-hd0', 'ide0-hd1'],
    ],
    [
      ['-drive', 'file=b', '-hdd', 'a', '-drive', 'file=c'],
      ['ide0-hd0', 'ide1-hd1', 'ide0-hd1'],
    ],
    // The CD-ROM has index 2.
    [
      ['-cdrom', 'c', '-hda', 'a', '-hdb', 'b', '-drive', 'file=d'],
      ['ide0-hd0', 'ide0-hd1', 'ide1-hd1'],
    ],
    [['-drive', 'file=a,bus=1,unit=0'], ['ide1-hd0']],
    [
      ['-drive', 'file=a,bus=1', '-drive', 'file=b,bus=1'],
      ['ide1-hd0', 'ide1-hd1'],
    ],
    [['-drive', 'file=a,if=scsi,index=8'], ['scsi1-hd1']],
    [
      ['-drive', 'file=a,if=virtio,index=1', '-drive', 'file=b,if=virtio', '-drive', 'file=c,if=virtio'],
      ['virtio1', 'virtio0', 'virtio2'],
    ],
    // Does not fit into an int and is ignored; the search for a free slot ends.
    [
      ['-drive', 'file=a,index=99999999999999999999', '-drive', 'file=b,bus=99999999999999999999'],
      ['ide0-hd0', 'ide0-hd1'],
    ],
  ])('numbers %j as QEMU does', (args, names) => {
    expect(disks(...args)?.map((disk) => disk.device)).toEqual(names)
  })

  it('takes a word without an option as the first disk', () => {
    expect(disks('-m', '64', '/images/a.raw')).toEqual([
      { device: 'ide0-hd0', bus: 'ide', channel: 0, cache: undefined, format: undefined },
    ])
  })

  it('names a vhost-user disk without id by its chardev', () => {
    expect(
      disks('-device', 'vhost-user-blk-pci,chardev=c0', '-device', 'vhost-user-blk-pci,chardev=c1')?.map(
        (disk) => disk.device,
      ),
    ).toEqual(['c0', 'c1'])
  })

  it('does not take firmware for a disk', () => {
    expect(disks('-drive', 'if=pflash,file=OVMF.fd')).toEqual([])
  })
})

describe('format and cache mode', () => {
  const disk = (node: string, device = '', ...more: string[]) =>
    kvm(...more, '-blockdev', node, '-device', `virtio-blk-pci,drive=n${device}`)?.disks[0]
  const qcow2 = ['-blockdev', 'driver=qcow2,node-name=q,cache.direct=y,file.driver=file']

  it.each([
    'driver=copy-on-read,node-name=n,file=q',
    'driver=throttle,node-name=n,file.driver=compress,file.file=q',
    'driver=throttle,node-name=n,file.driver=preallocate,file.file.driver=copy-on-read,file.file.file=q',
    '{"driver":"throttle","node-name":"n","file":{"driver":"copy-before-write","file":"q"}}',
    'driver=blkdebug,node-name=n,image=q',
  ])('are those below the filters of %s', (node) => {
    expect(disk(node, '', ...qcow2)).toMatchObject({ format: 'qcow2', cache: 'none' })
  })

  it('end at a cycle of filters', () => {
    expect(disk('driver=throttle,node-name=n,file=n')).toMatchObject({ format: undefined, cache: undefined })
  })

  it.each(['host_device', 'virtio-blk-vfio-pci', 'io_uring', 'nbd', 'from-the-future'])(
    'are raw for the protocol %s',
    (driver) => {
      expect(disk(`driver=${driver},node-name=n`)?.format).toBe('raw')
    },
  )

  it.each([
    ['cache=none', ',write-cache=off', 'directsync'],
    ['cache=none,cache.direct=off', '', 'writeback'],
    ['cache=off', '', 'none'],
    ['cache.writeback=no', ',write-cache=on', 'writeback'],
    ['cache.direct=true,cache.writeback=false', ',write-cache=auto', 'directsync'],
    ['cache.no-flush=yes', '', 'unsafe'],
    ['cache=sometimes', '', undefined],
  ])('of -drive %s and a device with "%s" are %s', (drive, device, cache) => {
    expect(
      kvm('-drive', `if=none,id=d,file=a,${drive}`, '-device', `virtio-blk-pci,drive=d${device}`)?.disks[0]
        ?.cache,
    ).toBe(cache)
  })
})

describe('the controller of a SCSI disk', () => {
  const scsi = (...args: string[]) => kvm(...args)!.disks.map(({ bus, emulated = false }) => [bus, emulated])

  it.each(['lsi', 'lsi53c810', 'megasas-gen2', 'mptsas1068', 'pvscsi', 'am53c974', 'dc390', 'spapr-vscsi'])(
    'makes the disk an emulated one: %s',
    (driver) => {
      expect(scsi('-device', `${driver},id=a.b`, '-device', 'scsi-hd,bus=a.b.0')).toEqual([['scsi', true]])
      expect(scsi('-device', driver, '-device', 'scsi-block')).toEqual([['scsi', true]])
    },
  )

  it.each(['virtio-scsi-pci', 'virtio-scsi-ccw', 'virtio-scsi-device', 'virtio-scsi-pci-non-transitional'])(
    'does not: %s',
    (driver) => {
      expect(scsi('-device', `${driver},id=s`, '-device', 'lsi', '-device', 'scsi-hd,bus=s.0')).toEqual([
        ['scsi', false],
      ])
    },
  )

  it('is the one created last before the disk, if the disk names none', () => {
    const [lsi, virtio, disk] = [
      ['-device', 'lsi'],
      ['-device', 'virtio-scsi-pci'],
      ['-device', 'scsi-hd'],
    ] as const
    expect(scsi(...lsi, ...virtio, ...disk)).toEqual([['scsi', false]])
    expect(scsi(...virtio, ...lsi, ...disk)).toEqual([['scsi', true]])
    expect(scsi(...virtio, ...disk, ...lsi, ...disk).map(([, emulated]) => emulated)).toEqual([false, true])
    expect(scsi('-device', 'ahci', '-device', 'ide-hd')).toEqual([['sata', false]])
  })

  it('is the board’s emulated one for -drive if=scsi', () => {
    expect(scsi('-drive', 'if=scsi,file=a')).toEqual([['scsi', true]])
  })

  it('makes the disk a USB one: usb-uas', () => {
    expect(scsi('-device', 'usb-uas,id=u', '-device', 'scsi-hd,bus=u.0')).toEqual([['usb', false]])
  })
})

it.each([
  [['scsi-disk', 'usb-storage', 'ide-drive'], []],
  [
    ['scsi-hd', 'ide-hd', 'virtio-blk-pci'],
    ['scsi', 'ide', 'virtio'],
  ],
])('takes %j behind -drive media=cdrom for the disks %j', (drivers, buses) => {
  const devices = drivers.flatMap((driver) => ['-device', `${driver},drive=c`])
  expect(kvm('-drive', 'if=none,id=c,media=cdrom,file=a', ...devices)?.disks.map(({ bus }) => bus)).toEqual(
    buses,
  )
})

it.each([
  ['s390-ccw-virtio', ['virtio0', 'virtio']],
  ['pseries', ['scsi0-hd0', 'scsi']],
  ['virt', ['virtio0', 'virtio']],
  ['isapc', ['ide0-hd0', 'ide']],
  ['pc-i440fx-8.1+pve0', ['ide0-hd0', 'ide']],
])('connects a -drive without an interface as the board %s does', (board, disk) => {
  expect(kvm('-machine', board, '-drive', 'file=a')?.disks.map(({ device, bus }) => [device, bus])).toEqual([
    disk,
  ])
})
