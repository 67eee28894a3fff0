// QEMU command lines: recorded ones, and the many ways to write one by hand.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCommandLine } from '../../../../src/sources/cmdline/parse.ts'
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
    [['qemu-system-x86_64', '--accel', 'tcg', '-accel', 'kvm,kernel-irqchip=split']],
    [['/usr/libexec/qemu-kvm', '-m', '1G']],
    [['kvm']],
    [['qemu-system-x86_64', '-machine', 'accel=kvm', '-machine', 'q35']],
  ])('recognizes %j', (args) => {
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
  ])('reads -m %s as %s bytes', (value, bytes) => {
    expect(kvm('-m', value)?.memoryBytes).toBe(bytes)
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
