// QEMU command lines: recorded ones, and the many ways to write one.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCommandLine } from '../../../../src/sources/cmdline/parse.ts'

const recorded = (pid: number) =>
  parseCommandLine(
    readFileSync(new URL(`../../../fixtures/qemu-7.2-libvirt-9.0/proc/${pid}/cmdline`, import.meta.url)),
  )

const parse = (...args: string[]) => parseCommandLine(Buffer.from(`${args.join('\0')}\0`))
const kvm = (...args: string[]) => parse('/usr/bin/qemu-system-x86_64', '-accel', 'kvm', ...args)

describe('what libvirt started', () => {
  it('reads a q35 VM with virtio, SATA and three NICs', () => {
    expect(recorded(5293)).toEqual({
      name: 'web & shop "1"',
      uuid: '6f1dd2f0-3c6a-4e0f-9a58-0d5a7b1f2c33',
      machine: 'pc-q35-7.2',
      memoryBytes: 256 * 1024 ** 2,
      disks: [
        { device: 'virtio-disk0', bus: 'virtio', cache: 'writeback', format: 'qcow2' },
        { device: 'sata0-0-0', bus: 'sata', cache: 'none', format: 'raw' },
      ],
      nics: [
        { device: 'net0', model: 'e1000e', vhost: false },
        { device: 'net1', model: 'virtio', vhost: false },
        { device: 'net2', model: 'virtio', vhost: false },
      ],
      isManaged: true,
      qmpSocket: undefined,
    })
  })

  it('reads a pc VM with an IDE disk', () => {
    expect(recorded(5308)).toMatchObject({
      name: 'old',
      machine: 'pc-i440fx-7.2',
      disks: [{ device: 'ide0-0-0', bus: 'ide', cache: undefined, format: 'raw' }],
      nics: [{ device: 'net0', model: 'rtl8139' }],
    })
  })
})

describe('which processes are KVM virtual machines', () => {
  it.each([
    [['qemu-system-x86_64', '-enable-kvm']],
    [['/usr/bin/qemu-system-aarch64', '-machine', 'virt,accel=kvm:tcg']],
    [['qemu-system-x86_64', '-M', 'q35,accel=kvm']],
    [['qemu-system-x86_64', '--accel', 'tcg', '-accel', 'kvm,kernel-irqchip=split']],
    [['/usr/libexec/qemu-kvm', '-m', '1G']],
    [['kvm']],
    [['qemu-system-x86_64', '-machine', 'accel=kvm', '-machine', 'q35']],
  ])('%j is one', (args) => {
    expect(parse(...args)).toBeDefined()
  })

  it.each([
    [['qemu-system-x86_64', '-m', '1G']],
    [['qemu-system-x86_64', '-accel', 'tcg,thread=single']],
    [['kvm', '-machine', 'pc,accel=tcg']],
    [['/bin/sh', 'qemu-system-x86_64', '-enable-kvm']],
    [['grep', 'qemu-system-x86_64']],
    [['qemu-img', 'create']],
    [['']],
  ])('%j is none', (args) => {
    expect(parse(...args)).toBeUndefined()
  })

  it('an empty command line, as of a kernel thread, is none', () => {
    expect(parseCommandLine(Buffer.alloc(0))).toBeUndefined()
  })
})

describe('name and memory', () => {
  it.each([
    ['guest=a,,b,process=x', 'a,b'],
    ['plain', 'plain'],
    ['plain,debug-threads=on', 'plain'],
    ['guest=', undefined],
    ['debug-threads=on', undefined],
    ['{web}', '{web}'],
    ['{"guest":"web"}', '{"guest":"web"}'],
  ])('-name %s', (value, name) => {
    expect(kvm('-name', value)?.name).toBe(name)
  })

  it('keeps a name that is no UTF-8 with replacement characters', () => {
    const bytes = Buffer.concat([
      Buffer.from('kvm\0-name\0guest=a'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('b\0'),
    ])
    expect(parseCommandLine(bytes)?.name).toBe('a\uFFFD\uFFFDb')
  })

  it.each([
    ['512', 512 * 1024 ** 2],
    ['4G', 4 * 1024 ** 3],
    ['size=262144k,slots=16,maxmem=8G', 256 * 1024 ** 2],
    ['lots', undefined],
  ])('-m %s', (value, bytes) => {
    expect(kvm('-m', value)?.memoryBytes).toBe(bytes)
  })
})

describe('disks', () => {
  const disks = (...args: string[]) => kvm(...args)?.disks

  it('reads -drive with QEMU’s own names, buses and the cache it names, CD-ROM drives left out', () => {
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

  it('knows that q35 has AHCI and one disk a bus', () => {
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
  ])('direct %s, no-flush %s, write-cache %s is %s', (direct, noFlush, writeCache, cache) => {
    const node = `driver=raw,node-name=n,cache.direct=${direct},cache.no-flush=${noFlush}`
    expect(
      disks('-blockdev', node, '-device', `virtio-blk,drive=n,write-cache=${writeCache}`)?.[0]?.cache,
    ).toBe(cache)
  })

  it('tells SATA from IDE by the controller', () => {
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
    // Beyond an int, so as if it were not there; and the search for a free place ends.
    [
      ['-drive', 'file=a,index=99999999999999999999', '-drive', 'file=b,bus=99999999999999999999'],
      ['ide0-hd0', 'ide0-hd1'],
    ],
  ])('numbers %j as QEMU does', (args, names) => {
    expect(disks(...args)?.map((disk) => disk.device)).toEqual(names)
  })

  it('takes a word on its own for the first disk', () => {
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

  it('takes firmware for no disk', () => {
    expect(disks('-drive', 'if=pflash,file=OVMF.fd')).toEqual([])
  })
})

describe('NICs', () => {
  const nics = (...args: string[]) => kvm(...args)?.nics

  it.each([
    ['tap,id=n,vhost=on', true],
    ['{"type":"tap","id":"n","vhost":true,"vhostfd":"31"}', true],
    ['tap,id=n', false],
    ['user,id=n', false],
    ['vhost-vdpa,id=n,vhostdev=/dev/vhost-vdpa-0', undefined],
  ])('-netdev %s', (netdev, vhost) => {
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

  it('reads -net nic, on the hub or on a -netdev', () => {
    expect(nics('-net', 'nic,model=rtl8139', '-net', 'user')).toEqual([
      { device: 'nic0', model: 'rtl8139', vhost: false },
    ])
    expect(nics('-netdev', 'tap,id=n,vhost=on', '-net', 'nic,model=virtio,netdev=n,name=eth')).toEqual([
      { device: 'eth', model: 'virtio', vhost: true },
    ])
  })

  it('numbers them in QEMU’s order, -nic first', () => {
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
    [['-machine', 'microvm'], 'unknown'],
  ])('with %j one without a model is an %s', (machine, model) => {
    expect(nics(...machine, '-nic', 'user')).toEqual([{ device: 'nic0', model, vhost: false }])
  })

  it.each([
    [[], 'e1000'],
    [['-machine', 'q35', '-device', 'virtio-net-pci'], 'e1000e'],
  ])('with nothing but %j there is an %s all the same', (more, model) => {
    expect(nics(...more)).toEqual([{ device: 'nic0', model, vhost: false }])
  })

  it.each([
    [['-nodefaults']],
    [['-nic', 'none']],
    [['-net', 'none']],
    [['-netdev', 'user,id=n']],
    [['-machine', 'microvm']],
  ])('with %j there is none', (more) => {
    expect(nics(...more)).toEqual([])
  })

  it('does not guess at another architecture’s', () => {
    expect(parse('qemu-system-aarch64', '-accel', 'kvm')?.nics).toEqual([])
    expect(parse('qemu-system-aarch64', '-accel', 'kvm', '-nic', 'user')?.nics[0]?.model).toBe('unknown')
  })
})

describe('the QMP socket', () => {
  it.each([
    [['-qmp', 'unix:/run/a.sock,server=on,wait=off'], '/run/a.sock'],
    [
      ['-chardev', 'socket,id=m,path=/run/b.sock,server,nowait', '-mon', 'chardev=m,mode=control'],
      '/run/b.sock',
    ],
    [['-chardev', 'socket,id=m,path=/run/b.sock,server', '-mon', 'chardev=m'], undefined],
    [['-qmp', 'unix:a.sock,server'], undefined],
    [['-qmp', 'tcp:127.0.0.1:4444,server'], undefined],
  ])('%j', (args, path) => {
    expect(kvm(...args)?.qmpSocket).toBe(path)
  })
})

it('takes any arguments', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom('-device', '-drive', '-blockdev', '-netdev', '-m'))),
      (args) => {
        expect(kvm(...args)).toBeDefined()
      },
    ),
  )
})
