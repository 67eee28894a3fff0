// QEMU command lines: recorded ones, and the many ways to write one by hand.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openCommandLine, parseCommandLine, readCommandLine } from '../../../../src/sources/cmdline/parse.ts'
import { kvm, parse } from '../../../helpers/command-line.ts'

const recorded = (pid: number) =>
  parseCommandLine(
    readFileSync(new URL(`../../../fixtures/qemu-7.2-libvirt-9.0/proc/${pid}/cmdline`, import.meta.url)),
  )

describe('a VM that libvirt started', () => {
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
    [['qemu-system-x86_64', '--accel', 'hvf', '-accel', 'kvm,kernel-irqchip=split']],
    [['/usr/libexec/qemu-kvm', '-m', '1G']],
    [['kvm']],
    [['qemu-system-x86_64', '-machine', 'accel=kvm', '-machine', 'q35']],
    [['/nix/store/x/.qemu-system-x86_64-wrapped', '-accel', 'kvm']],
  ])('recognizes %j', (args) => {
    expect(parse(...args)).toBeDefined()
  })

  // Android's own options: https://developer.android.com/studio/run/emulator-commandline
  it('does not read the command line of an Android emulator, whoever says that it is a VM', () => {
    const words = ['qemu-system-x86_64-headless', '-avd', 'Pixel_6', '-no-window', '-memory', '4096', '']
    const read = readCommandLine(Buffer.from(words.join('\0')), { isVouchedFor: true })
    expect(read.commandLine).toBeUndefined()
  })

  it.each([
    [['qemu-system-x86_64', '-m', '1G']],
    [['qemu-system-x86_64', '-accel', 'tcg,thread=single']],
    [['qemu-system-x86_64', '-accel', 'tcg', '-accel', 'kvm']],
    [['qemu-system-x86_64', '-machine', 'q35,accel=tcg:kvm']],
    [['kvm', '-machine', 'pc,accel=tcg']],
    [['/bin/sh', 'qemu-system-x86_64', '-enable-kvm']],
    [['grep', 'qemu-system-x86_64']],
    [['qemu-img', 'create']],
    [['kvm', '-no-kvm']],
    [['qemu-system-x86_64', '-enable-kvm', '-version']],
    [['kvm', '-machine', 'help']],
    [['emulator', '-name', 'a', '-enable-kvm']],
    [['']],
  ])('does not take %j for one', (args) => {
    expect(parse(...args)).toBeUndefined()
  })

  it('does not take an empty command line, which a kernel thread has, for one', () => {
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
  ])('reads -name %s as %j', (value, name) => {
    expect(kvm('-name', value)?.name).toBe(name)
  })

  it('replaces invalid UTF-8 in a name by replacement characters', () => {
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
    ['1.5g', 1.5 * 1024 ** 3],
    ['.5G', undefined],
    ['0x10', 16 * 1024 ** 2],
    ['0x1G', 1024 ** 3],
    ['2T', 2 * 1024 ** 4],
    ['1e3', undefined],
    ['99999999999E', undefined],
    ['0', 128 * 1024 ** 2],
  ])('reads -m %s as %s bytes', (value, bytes) => {
    expect(kvm('-m', value)?.memoryBytes).toBe(bytes)
  })
})

describe('memory devices', () => {
  const memory = (...args: string[]) => kvm(...args)?.memoryBytes
  const mebibyte = 1024 ** 2

  it.each(['pc-dimm', 'nvdimm', 'virtio-mem-pci'])('of type %s add the size of their backend', (driver) => {
    const backend = ['-object', '{"qom-type":"memory-backend-ram","id":"a","size":1048576}']
    expect(memory('-m', '64', ...backend, '-device', `${driver},memdev=a`)).toBe(65 * mebibyte)
  })

  it('without a known size leave the sum unknown', () => {
    expect(memory('-m', '64', '-device', 'pc-dimm,memdev=a')).toBeUndefined()
  })

  it('and the board take the size of memory-backend if -m is absent', () => {
    expect(memory('-machine', 'q35,memory-backend=m', '-object', 'memory-backend-memfd,id=m,size=3G')).toBe(
      3072 * mebibyte,
    )
  })

  it('are absent: each board has a default', () => {
    const of = (program: string, ...args: string[]) => parse(program, '-enable-kvm', ...args)?.memoryBytes
    expect(of('qemu-system-ppc64')).toBe(512 * mebibyte)
    expect(of('qemu-system-aarch64', '-M', 'virt')).toBe(128 * mebibyte)
    expect(of('qemu-system-aarch64', '-M', 'raspi3b')).toBeUndefined()
  })
})

it('takes the UUID of the last -smbios type=1 if there is no -uuid', () => {
  expect(
    kvm('-smbios', 'type=0,uuid=a', '-smbios', 'type=1,uuid=b', '-smbios', 'type=1,serial=c')?.uuid,
  ).toBe('b')
})

describe('a process that KVM vouches for', () => {
  const vouched = (...args: string[]) =>
    readCommandLine(Buffer.from(`${args.join('\0')}\0`), { isVouchedFor: true })

  it.each([
    [['/opt/emulator', '-name', 'a', '-m', '64']],
    [['qemu-system-x86_64', '-name', 'a']],
    [['vm:a', '-nodefaults', '-name', 'guest=a']],
  ])('has the command line of a QEMU: %j', (args) => {
    expect(vouched(...args).commandLine?.name).toBe('a')
  })

  it.each([
    [['firecracker', '--id', 'a', '--api-sock', '/s']],
    [['cloud-hypervisor', '--cpus', 'boot=1', '--memory', 'size=1G']],
    [['crosvm', 'run', '--name', 'a']],
    [['lkvm', 'run', '--name', 'a']],
    [['some-vmm', '--config', 'a.json']],
  ])('is not a QEMU: %j', (args) => {
    expect(vouched(...args).commandLine).toBeUndefined()
  })

  it('can be a probe, which is no VM', () => {
    const probe = ['qemu-system-x86_64', '-M', 'none,accel=kvm:tcg', '-qmp', 'unix:/run/q,server=on']
    expect(vouched(...probe)).toEqual({ commandLine: undefined, isProbe: true, excess: undefined })
  })
})

describe('a file of -readconfig', () => {
  const file = `# Incus
[machine]
graphics = "off"
type = "q35"
accel = "kvm"

[memory]
size = "1024M"
[name]
  guest = "web"

[chardev "monitor"]
backend = "socket"
path = "/run/incus/web/qemu.monitor"
server = "on"
[mon]
chardev = "monitor"
mode = "control"

[drive "d"]
file = "/a=b.img"
format = "raw"
if = "none"
cache = "none"
[device "disk0"]
driver = "virtio-blk-pci"
drive = "d"
[netdev "n"]
type = "tap"
vhost = "on"
[device "nic0"]
driver = "virtio-net-pci"
netdev = "n"
`
  const read = (args: string[], files: [string, string][] = [['/c', file]]) =>
    parseCommandLine(Buffer.from(`${['qemu-system-x86_64', ...args].join('\0')}\0`), {
      files: new Map(files),
    })

  it('says all that options say', () => {
    expect(read(['-nodefaults', '-no-user-config', '-readconfig', '/c'])).toEqual({
      name: 'web',
      uuid: undefined,
      machine: 'q35',
      memoryBytes: 1024 ** 3,
      disks: [{ device: 'disk0', bus: 'virtio', cache: 'none', format: 'raw' }],
      nics: [{ device: 'nic0', model: 'virtio', vhost: true }],
      isManaged: false,
      qmpSocket: '/run/incus/web/qemu.monitor',
    })
  })

  it('has no UUID: QEMU reads a group smbios and does not use it', () => {
    const smbios = '[smbios]\ntype = "1"\nuuid = "a"\n'
    expect(read(['-enable-kvm', '-readconfig', '/c'], [['/c', smbios]])).toMatchObject({ uuid: undefined })
  })

  it('has the place of its option: later options count', () => {
    expect(read(['-name', 'a', '-readconfig', '/c'])?.name).toBe('web')
    expect(read(['-readconfig', '/c', '-name', 'a'])?.name).toBe('a')
  })

  it('comes after the file of the user, which -no-user-config leaves out', () => {
    const user: [string, string] = ['/etc/qemu/qemu.conf', '[name]\nguest = "user"\n[memory]\nsize = "64"\n']
    const accel = ['-accel', 'kvm']
    expect(read([...accel], [user])).toMatchObject({ name: 'user', memoryBytes: 64 * 1024 ** 2 })
    expect(read([...accel, '-readconfig', '/c'], [user, ['/c', file]])?.name).toBe('web')
    expect(read([...accel, '-no-user-config'], [user])?.name).toBeUndefined()
  })

  it('is read only if KVM or libvirt vouches for a process that can be a QEMU', () => {
    const files = (program: string, isVouchedFor: boolean) =>
      openCommandLine(Buffer.from(`${program}\0-nodefconfig\0-readconfig\0/c\0`), isVouchedFor).files
    expect(files('qemu-system-x86_64', true)).toEqual(['/c'])
    expect(files('qemu-system-x86_64', false)).toEqual([])
    expect(files('emulator', true)).toEqual(['/c'])
    expect(files('emulator', false)).toEqual([])
  })
})

it('names the devices of the host that are passed through, with their addresses', () => {
  const uuid = '11111111-2222-4333-8444-555555555555'
  const given = [
    '{"driver":"vfio-pci","host":"0000:01:00.0","id":"hostdev0"}',
    'vfio-pci,host=02:00.1',
    'vfio-pci-nohotplug,id=gpu,sysfsdev=/sys/bus/pci/devices/0000:03:00.0',
    `vfio-pci,id=vgpu,sysfsdev=/sys/bus/mdev/devices/${uuid}`,
    `vfio-ap,id=crypto,sysfsdev=/sys/devices/vfio_ap/matrix/${uuid}/`,
    `vfio-ccw,id=dasd,sysfsdev=/sys/bus/mdev/devices/${uuid},devno=fe.0.0001`,
    'vfio-platform,host=fff51000.ethernet',
    'usb-host,id=a,hostbus=1,hostaddr=4',
    'usb-host,id=b,hostdevice=/dev/bus/usb/001/004',
    'usb-host,id=c,hostbus=1,hostport=2.3',
    'usb-host,id=d,vendorid=0x0951,productid=5734',
    'usb-host,id=e',
    'virtio-rng-pci,id=r',
    'vhost-vsock-pci,id=v,guest-cid=3',
  ]
  expect(kvm(...given.flatMap((device) => ['-device', device]))?.hostDevices).toEqual([
    { device: 'hostdev0', type: 'pci', driver: 'vfio-pci', address: '0000:01:00.0' },
    { device: '0000:02:00.1', type: 'pci', driver: 'vfio-pci', address: '0000:02:00.1' },
    { device: 'gpu', type: 'pci', driver: 'vfio-pci', address: '0000:03:00.0' },
    { device: 'vgpu', type: 'mdev', driver: 'vfio-pci', address: uuid },
    { device: 'crypto', type: 'mdev', driver: 'vfio-ap', address: uuid },
    { device: 'dasd', type: 'mdev', driver: 'vfio-ccw', address: uuid },
    {
      device: 'fff51000.ethernet',
      type: 'platform',
      driver: 'vfio-platform',
      address: 'fff51000.ethernet',
    },
    { device: 'a', type: 'usb', driver: 'usb-host', address: '001/004' },
    { device: 'b', type: 'usb', driver: 'usb-host', address: '001/004' },
    { device: 'c', type: 'usb', driver: 'usb-host', address: '1-2.3' },
    { device: 'd', type: 'usb', driver: 'usb-host', address: '0951:1666' },
    { device: 'e', type: 'usb', driver: 'usb-host', address: '' },
  ])
  expect(kvm('-m', '64')).not.toHaveProperty('hostDevices')
})

it('has the VMID of Proxmox VE', () => {
  expect(kvm('-id', '8006', '-name', 'simple')).toMatchObject({ vmid: 8006, name: 'simple' })
})

it('keeps only the start of a long string', () => {
  const long = 'x'.repeat(100_000)
  const read = kvm('-name', long, '-uuid', long, '-device', `e1000,id=${long}`)!
  expect([read.name, read.uuid, read.nics[0]?.device].map((text) => text?.length)).toEqual([1024, 1024, 1024])
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
    [['-qmp', 'unix:/run/a.sock'], undefined],
    [['-qmp', 'unix:/run/a.sock,server=off'], undefined],
    [['-qmp-pretty', 'unix:path=/run/a.sock,server=yes'], '/run/a.sock'],
    [['-qmp', 'chardev:m', '-chardev', 'socket,id=m,path=/run/b.sock,server=on'], '/run/b.sock'],
    [['-mon', 'm,mode=control', '-chardev', 'socket,id=m,path=/run/b.sock,server=true'], '/run/b.sock'],
    [['-qmp', 'chardev:m', '-chardev', 'socket,id=m,path=/run/b.sock,server=on,abstract=on'], undefined],
    [['-qmp', 'unix:/run/b.sock,server=on,telnet=on'], undefined],
    [['-qmp', 'chardev:m', '-chardev', 'socket,id=m,path=/run/b.sock,server=on,websocket=on'], undefined],
    [['-qmp', 'chardev:m', '-chardev', 'socket,id=m,path=/run/b.sock,server=on,tls-creds=t'], undefined],
    [['-qmp', 'chardev:m', '-chardev', 'pipe,id=m,path=/run/b,server=on'], undefined],
    [['-qmp', `unix:/run/${'a'.repeat(110)},server=on`], undefined],
    [['-qmp', 'tcp:127.0.0.1:4444,server'], undefined],
  ])('of %j is %s', (args, path) => {
    expect(kvm(...args)?.qmpSocket).toBe(path)
  })
})

it('never fails, whatever the arguments', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom('-device', '-drive', '-blockdev', '-netdev', '-m'))),
      (args) => {
        expect(kvm(...args)).toBeDefined()
      },
    ),
  )
})

it('gives the VMID of Proxmox', () => {
  expect(kvm('-id', '104', '-name', 'web,debug-threads=on')).toMatchObject({ vmid: 104, name: 'web' })
  expect(kvm('-id', 'x')?.vmid).toBeUndefined()
})

describe('a VM of KubeVirt', () => {
  // The SMBIOS table is that of https://github.com/kubevirt/kubevirt/issues/11552. The path of the key is from memory.
  const key =
    '{"qom-type":"secret","id":"masterKey0","format":"raw","file":"/var/run/kubevirt-private/libvirt/qemu/lib/domain-1-prod_web/master-key.aes"}'
  const ofLibvirt = '{"qom-type":"secret","id":"masterKey0","format":"raw","file":"/lib/master-key.aes"}'
  const smbios = 'type=1,manufacturer=KubeVirt,product=None,family=KubeVirt'

  it('is known by its SMBIOS, or by its paths if an administrator has changed that', () => {
    expect(kvm('-object', ofLibvirt, '-smbios', smbios)?.isKubevirt).toBe(true)
    expect(kvm('-object', key, '-smbios', 'type=1,manufacturer=Red Hat')?.isKubevirt).toBe(true)
  })

  it('is no other one', () => {
    expect(kvm('-object', ofLibvirt, '-smbios', 'type=1,manufacturer=OpenStack')?.isKubevirt).toBeUndefined()
    expect(kvm('-smbios', smbios)?.isKubevirt).toBeUndefined()
  })
})
