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
      { device: 'ide0-hd0', bus: 'ide', cache: undefined, format: undefined },
    ])
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
      { device: 'ide0-hd0', bus: 'ide', cache: undefined, format: undefined },
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
