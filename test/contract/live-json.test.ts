// src/page/README.md lists every field of the JSON behind the live page with its type, and no other field.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { SourceState } from '../../src/model/sources.ts'
import { HostHistory } from '../../src/observe/host-history.ts'
import { describeDetail } from '../../src/page/live-detail.ts'
import { listJson } from '../../src/page/live-list.ts'
import { sampling } from '../../src/page/sampling.ts'
import { exits } from '../helpers/exits.ts'
import { task, vm } from '../helpers/host-snapshot.ts'
import { sample } from '../helpers/sample.ts'

const sources: SourceState[] = [
  {
    fact: 'exits',
    source: 'module',
    state: 'unavailable',
    code: 'SOURCE_ABSENT',
    reason: 'not loaded',
    remedy: 'modprobe kvminfo',
  },
  {
    fact: 'exits',
    source: 'debugfs',
    state: 'in-use',
    code: undefined,
    reason: undefined,
    remedy: undefined,
  },
]

const unknown = sample(
  100,
  [
    vm('new', 20, {
      vcpus: [{ id: 0, tid: 21 }],
      disks: [{ device: 'hda', bus: 'ide', cache: undefined, format: undefined }],
      nics: [{ device: 'vnet0', model: 'e1000', vhost: undefined }],
    }),
  ],
  { tasks: [task(20, 21, { policy: 1, rtPriority: 5 })], sources, missing: new Map([['ksm', 'not there']]) },
)

const known = (at: number) => {
  const counted = at * 1000
  const times = { exceptions: counted, kernelNs: counted, haltNs: counted, userspaceNs: counted }
  const reasons = new Map([['io', counted]])
  const waits = new Map([
    ['rtc', { count: counted, ns: counted }],
    ['vga', { count: counted, ns: undefined }],
  ])
  return sample(
    at,
    [
      vm('web', 10, {
        uuid: '6f1dd2f0-3c6a-4e0f-9a58-000000000000',
        machine: 'pc-q35-7.2',
        memoryMaxBytes: 2,
        balloonBytes: 1,
        vcpus: [{ id: 0, tid: 11 }],
        disks: [{ device: 'virtio-disk0', target: 'vda', bus: 'virtio', cache: 'none', format: 'raw' }],
        nics: [{ device: 'net0', target: 'vnet0', model: 'virtio', vhost: true }],
      }),
    ],
    {
      exits: [
        exits(10, {
          kernelSwitches: counted,
          userspaceSwitches: counted,
          ...times,
          reasons,
          devices: waits,
          userspaceReasons: waits,
        }),
      ],
      vcpuExits: {
        value: new Map([
          [11, { tid: 11, exits: counted, userspaceSwitches: counted, io: counted, ...times }],
        ]),
        problems: [],
      },
      tasks: [task(10, 11, { cpuNs: at * 5e8, runDelayNs: at * 1e8 })],
      vmMemory: new Map([[10, { pid: 10, residentBytes: 1, hugetlbBytes: 1 }]]),
      memory: new Map(['MemTotal', 'MemAvailable', 'SwapTotal', 'SwapFree'].map((field) => [field, 1])),
      hugePages: [{ pageBytes: 4096, node: 0, total: 1, free: 1, surplus: 0 }],
      ksm: new Map(['run', 'pages_shared', 'pages_sharing'].map((file) => [file, 1])),
      cpuTime: [{ cpu: 0, seconds: new Map([['user', at]]) }],
      bootTime: 1,
      facts: {
        kernelRelease: '6.12.9',
        distribution: 'Debian GNU/Linux 13',
        cpuModel: 'EPYC',
        cpus: 1,
        sockets: 1,
        virtualization: 'svm',
      },
      sources,
    },
  )
}

/** The documents of a host of which everything is known, and of one of which as little as possible is known. */
const documents = [[known(100), known(105)], [unknown]].map((samples) => {
  const history = new HostHistory(sampling)
  for (const one of samples) history.add(one)
  const last = samples.at(-1)!
  return {
    list: JSON.parse(listJson(history, last, 0, '1.2.3')) as unknown,
    detail: JSON.parse(JSON.stringify(describeDetail(history, last, last.vms[0]!.pid))) as unknown,
  }
})

/** Adds the types of all values in `value` to `types`, by path. */
function addTypes(types: Map<string, Set<string>>, path: string, value: unknown): void {
  const add = (type: string) => types.set(path, (types.get(path) ?? new Set()).add(type))
  if (Array.isArray(value)) {
    add('array')
    for (const item of value) addTypes(types, `${path}[]`, item)
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) {
      const step = path === 'missing' ? '<part>' : key
      addTypes(types, path === '' ? step : `${path}.${step}`, item)
    }
  } else {
    add(value === null ? 'null' : typeof value)
  }
}

/** Path and type of each field, such as `vms[].ratio: number or null`; an array has no line unless it may be null. */
function fieldsOf(name: 'list' | 'detail'): string[] {
  const types = new Map<string, Set<string>>()
  for (const document of documents) addTypes(types, '', document[name])
  return [...types]
    .map(
      ([path, seen]) =>
        `${path}: ${[...seen].sort((a, b) => Number(a === 'null') - Number(b === 'null')).join(' or ')}`,
    )
    .filter((field) => !field.endsWith(': array'))
}

const readme = readFileSync(new URL('../../src/page/README.md', import.meta.url), 'utf8')

/** Path and type of each row of the tables below a heading of this text, up to the next heading of its level. */
function listedIn(heading: string): string[] {
  const start = readme.indexOf(`\n### ${heading}\n`)
  const section = readme.slice(start, readme.slice(start + 1).search(/\n##?#? /) + start + 1)
  return [...section.matchAll(/^\| `([^`]+)` \| ([^|]+?) \|/gm)].map(([, path, type]) => `${path}: ${type}`)
}

test('the README lists the fields of GET /api/v1/live', () => {
  const fields = fieldsOf('list')
  expect(fields.length).toBeGreaterThan(60)
  expect(listedIn('`GET /api/v1/live`').sort()).toEqual(fields.sort())
})

test('the README lists the fields of GET /api/v1/live/vms/<pid>, whose vm is a row of the list without its history', () => {
  const fields = fieldsOf('detail')
  const ofVm = fields.filter((field) => field.startsWith('vm.'))
  const rows = fieldsOf('list').filter((field) => /^vms\[\]\.(?!history\.)/.test(field))
  expect(ofVm.toSorted()).toEqual(rows.map((field) => field.replace('vms[]', 'vm')).sort())
  const others = fields.filter((field) => !ofVm.includes(field))
  expect(listedIn('`GET /api/v1/live/vms/<pid>`').sort()).toEqual(['vm: object', ...others].sort())
})
