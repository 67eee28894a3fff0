// GET /api/v1/live: the document.
import { expect, test } from 'vitest'
import type { SourceState } from '../../../src/model/sources.ts'
import { HostHistory } from '../../../src/observe/host-history.ts'
import type { Sample } from '../../../src/observe/sample.ts'
import type { LiveDocument } from '../../../src/page/live-document.ts'
import { listJson } from '../../../src/page/live-list.ts'
import { sampling } from '../../../src/page/sampling.ts'
import { exits } from '../../helpers/exits.ts'
import { task, vm } from '../../helpers/host-snapshot.ts'
import { sample } from '../../helpers/sample.ts'

const web = vm('web', 10, {
  startNs: 5e9,
  uuid: '6f1dd2f0-3c6a-4e0f-9a58-000000000000',
  machine: 'pc-q35-7.2',
  vcpus: [11, 12, 13].map((tid, id) => ({ id, tid })),
  disks: [
    { device: 'virtio-disk0', target: 'vda', bus: 'virtio', cache: 'none', format: undefined },
    { device: 'hda', bus: 'ide', cache: undefined, format: 'raw' },
  ],
  nics: [{ device: 'vnet0', model: 'virtio', vhost: true }],
  memoryMaxBytes: 4096,
})

function documentOf(samples: readonly Sample[], since = 0) {
  const history = new HostHistory(sampling)
  for (const one of samples) history.add(one)
  return JSON.parse(listJson(history, samples.at(-1)!, since, '1.2.3')) as LiveDocument
}

const counted = (kernelSwitches: number, cpuNs: number) => ({
  exits: [exits(10, { kernelSwitches, userspaceSwitches: kernelSwitches / 99, io: 7 })],
  tasks: [
    task(10, 11, { cpuNs, policy: 1, rtPriority: 10 }),
    task(10, 12, { cpuNs, nice: -5 }),
    task(10, 13, { nice: -5 }),
  ],
})

test('describes a VM with everything', () => {
  const more = {
    bootTime: 1_000_000,
    vmMemory: new Map([[10, { pid: 10, residentBytes: 300, hugetlbBytes: 20 }]]),
  }
  const [row] = documentOf([
    sample(100, [web], counted(0, 0)),
    sample(105, [web], { ...counted(49_500, 1e9), ...more }),
  ]).vms
  expect(row).toEqual({
    label: 'web',
    pid: 10,
    uuid: '6f1dd2f0-3c6a-4e0f-9a58-000000000000',
    machine: 'pc-q35-7.2',
    startedAt: 1_000_005,
    vcpus: 3,
    class: 'near-native',
    ratio: 0.99,
    ioShare: 0,
    userspaceCost: null,
    switches: 10_000,
    cpu: 0.4,
    runDelay: 0,
    scheduling: [
      { policy: 'other', nice: -5, priority: null, vcpus: 2 },
      { policy: 'fifo', nice: null, priority: 10, vcpus: 1 },
    ],
    memory: { maxBytes: 4096, balloonBytes: null, residentBytes: 300, hugetlbBytes: 20 },
    disks: [
      {
        device: 'virtio-disk0',
        target: 'vda',
        bus: 'virtio',
        cache: 'none',
        format: null,
        emulated: false,
      },
      { device: 'hda', target: null, bus: 'ide', cache: null, format: 'raw', emulated: true },
    ],
    nics: [{ device: 'vnet0', target: null, model: 'virtio', vhost: true, emulated: false }],
    history: { ratio: [null, 0.99], switches: [null, 10_000] },
  })
})

test('has null for what is not known about a VM yet', () => {
  const [row] = documentOf([sample(100, [vm('new', 20)], { exits: [] })]).vms
  expect(row).toMatchObject({
    class: null,
    ratio: null,
    switches: null,
    cpu: null,
    runDelay: null,
    scheduling: [],
    startedAt: null,
  })
})

test('has histories since a time, with a point of each VM for each time', () => {
  const samples = [100, 105, 110, 115].map((at) => sample(at, [web], counted(at * 1000, 0)))
  const all = documentOf(samples)
  expect(all.history.at).toEqual([100, 105, 110, 115])
  expect(all.vms[0]!.history.ratio).toEqual([null, 0.99, 0.99, 0.99])
  const later = documentOf(samples, 105)
  expect(later.history).toEqual({
    at: [110, 115],
    kernelSwitches: [1000, 1000],
    userspaceSwitches: [10.1, 10.1],
    cpuBusy: [null, null],
  })
  expect(later.vms[0]!.history).toEqual({ ratio: [0.99, 0.99], switches: [1010, 1010] })
  expect(documentOf(samples, 115).vms[0]!.history).toEqual({ ratio: [], switches: [] })
})

test('describes the host', () => {
  const cpu = (user: number, idle: number) => [
    {
      cpu: 0,
      seconds: new Map([
        ['user', user],
        ['idle', idle],
      ]),
    },
    {
      cpu: 1,
      seconds: new Map([
        ['user', user],
        ['idle', idle],
      ]),
    },
  ]
  const { host, history } = documentOf([
    sample(100, [], { cpuTime: cpu(10, 10) }),
    sample(105, [], {
      cpuTime: cpu(11, 13),
      memory: new Map([
        ['MemTotal', 1000],
        ['MemAvailable', 250],
      ]),
      hugePages: [
        { pageBytes: 2048, node: 0, total: 4, free: 1, surplus: 0 },
        { pageBytes: 1024, node: 0, total: 2, free: 2, surplus: 0 },
        { pageBytes: 2048, node: 1, total: 6, free: 0, surplus: 0 },
      ],
      ksm: new Map([
        ['run', 1],
        ['pages_sharing', 90],
      ]),
      facts: {
        kernelRelease: '6.12.9',
        distribution: 'Debian GNU/Linux 13',
        cpuModel: 'EPYC',
        cpus: 2,
        sockets: 1,
        virtualization: 'svm',
      },
    }),
  ])
  expect(host).toEqual({
    kernelRelease: '6.12.9',
    distribution: 'Debian GNU/Linux 13',
    cpuModel: 'EPYC',
    cpus: 2,
    cpuBusy: 0.25,
    runDelay: null,
    memory: { totalBytes: 1000, availableBytes: 250, swapTotalBytes: null, swapFreeBytes: null },
    hugePages: [
      { pageBytes: 1024, totalBytes: 2048, freeBytes: 2048 },
      { pageBytes: 2048, totalBytes: 20_480, freeBytes: 2048 },
    ],
    ksm: { run: 1, pagesShared: null, pagesSharing: 90 },
  })
  expect(history.cpuBusy).toEqual([null, 0.25])
})

test('gives a command only if it would provide more than the source in use', () => {
  const state = (source: SourceState['source'], more: Partial<SourceState>): SourceState => ({
    fact: 'exits',
    source,
    state: 'unavailable',
    code: 'SOURCE_ABSENT',
    reason: 'not there',
    remedy: `get ${source}`,
    ...more,
  })
  const inUse = { state: 'in-use', code: undefined, reason: undefined, remedy: undefined } as const
  const sources = [
    state('module', {}),
    state('debugfs', inUse),
    state('qmp', {}),
    state('taskinfo', { fact: 'threads' }),
  ]
  expect(documentOf([sample(1, [], { sources })]).sources.map(({ remedy }) => remedy)).toEqual([
    'get module',
    null,
    null,
    'get taskinfo',
  ])
})

test('says why a part could not be read', () => {
  const missing = new Map([['ksm', '/sys/kernel/mm/ksm is not there']])
  const document = documentOf([sample(1, [web], { missing, exits: [] })])
  expect(document.missing).toEqual({ ksm: '/sys/kernel/mm/ksm is not there' })
  expect(document).toMatchObject({
    version: '1.2.3',
    at: 1,
    intervalSeconds: 5,
    windowSeconds: 60,
    thresholds: {
      emulatedIo: 0.62,
      nearNative: 0.9,
      inKernelIo: 0.1,
      margin: 0.02,
      activeSwitches: 200,
      idleSwitches: 100,
    },
  })
})
