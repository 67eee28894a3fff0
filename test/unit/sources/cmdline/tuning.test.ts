import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseTuning } from '../../../../src/sources/cmdline/tuning.ts'

const recorded = readFileSync(
  new URL('../../../fixtures/qemu-7.2-libvirt-9.0/proc/5293/cmdline', import.meta.url),
)
const tuning = (...words: readonly string[]) =>
  parseTuning(Buffer.from(`qemu-system-x86_64\0${words.map((word) => `${word}\0`).join('')}`))!

test('a recorded command line of libvirt', () => {
  expect(parseTuning(recorded)).toEqual({
    cpuModel: 'qemu64',
    enlightenments: new Set(),
    topology: { sockets: 2, cores: 1, threads: 1 },
    hasLocalTime: false,
    aio: new Map(),
    queues: new Map([
      ['net1', 1],
      ['net2', 1],
    ]),
  })
})

test('nothing stated', () => {
  expect(tuning()).toEqual({
    cpuModel: undefined,
    enlightenments: new Set(),
    topology: undefined,
    hasLocalTime: false,
    aio: new Map(),
    queues: new Map(),
  })
  expect(parseTuning(Buffer.alloc(0))).toBeUndefined()
})

test('CPU model and enlightenments, in both spellings', () => {
  const cpu =
    'host,hv_relaxed,+hv-vapic,hv-time=on,hv-stimer=off,hv_spinlocks=0x1fff,hv-stimer-direct,migratable=on'
  const { cpuModel, enlightenments } = tuning('-cpu', 'max', '-cpu', cpu)
  expect(cpuModel).toBe('host')
  expect([...enlightenments]).toEqual(['relaxed', 'vapic', 'time', 'spinlocks', 'stimer-direct'])
})

test.each([
  ['4,sockets=1,dies=2,cores=2,threads=1', { sockets: 1, cores: 4, threads: 1 }],
  ['cpus=8,cores=2,threads=2', { sockets: 2, cores: 2, threads: 2 }],
  ['8,threads=2', { sockets: 4, cores: 1, threads: 2 }],
  ['8', undefined],
  ['8,sockets=x', undefined],
])('-smp %s', (smp, topology) => {
  expect(tuning('-smp', smp).topology).toEqual(topology)
})

test('the clock of Windows', () => {
  expect(tuning('-rtc', 'base=localtime,driftfix=slew').hasLocalTime).toBe(true)
  expect(tuning('-rtc', 'base=utc').hasLocalTime).toBe(false)
})

test('asynchronous I/O, below formats and filters', () => {
  const words = [
    ...['-blockdev', '{"driver":"host_device","filename":"/dev/a","aio":"native","node-name":"a"}'],
    ...['-blockdev', '{"driver":"raw","file":"a","node-name":"b"}'],
    ...['-device', '{"driver":"virtio-blk-pci","drive":"b","id":"virtio-disk0"}'],
    ...['-drive', 'file=c.img,if=none,id=c,aio=io_uring', '-device', 'virtio-blk-pci,drive=c'],
    ...['-drive', 'file=d.img,if=none,id=d', '-device', 'virtio-blk-pci,drive=d,id=disk-d'],
  ]
  expect([...tuning(...words).aio]).toEqual([
    ['virtio-disk0', 'native'],
    ['c', 'io_uring'],
  ])
})

test('nodes that name each other in a circle have an end', () => {
  const node = (name: string, file: string) => ['-blockdev', `driver=raw,node-name=${name},file=${file}`]
  expect(tuning(...node('a', 'b'), ...node('b', 'a'), '-device', 'virtio-blk-pci,drive=a').aio.size).toBe(0)
})

test.each([
  ['tap,id=n,fds=30:31:32', 3],
  ['tap,id=n,queues=4,ifname=vnet0', 4],
  ['tap,id=n,fd=30', 1],
  ['tap,id=n,queues=0', 1],
])('queues of -netdev %s', (netdev, count) => {
  const { queues } = tuning('-netdev', netdev, '-device', 'virtio-net-pci,netdev=n,id=net0')
  expect([...queues]).toEqual([['net0', count]])
})

test('a user network has no queues to speak of', () => {
  expect(tuning('-netdev', 'user,id=n', '-device', 'virtio-net-pci,netdev=n').queues.size).toBe(0)
})
