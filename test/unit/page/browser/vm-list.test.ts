// Filtering and sorting of VMs in the page.
import { expect, test } from 'vitest'
import { columns } from '../../../../src/page/browser/columns.js'
import { matching, ofClasses, sorted } from '../../../../src/page/browser/vm-list.js'
import type { LiveVm } from '../../../../src/page/live-document.ts'

function row(label: string, more: Partial<LiveVm> = {}): LiveVm {
  return {
    label,
    pid: 1,
    uuid: null,
    machine: null,
    startedAt: null,
    vcpus: 1,
    class: 'near-native',
    ratio: 0.95,
    ioShare: null,
    userspaceCost: null,
    switches: null,
    cpu: null,
    runDelay: null,
    scheduling: [{ policy: 'other', nice: 0, priority: null, vcpus: 1 }],
    memory: { maxBytes: null, balloonBytes: null, residentBytes: null, hugetlbBytes: null },
    disks: [],
    nics: [],
    history: { ratio: [], switches: [] },
    ...more,
  }
}

const labels = (vms: readonly LiveVm[]) => vms.map(({ label }) => label)
const by = (id: string) => columns.find((column) => column.id === id)!

test('sorts by ratio, with VMs that are not judged last in both directions', () => {
  const vms = [
    row('idle', { class: 'idle', ratio: 0.1 }),
    row('new', { class: null, ratio: null }),
    row('good', { ratio: 0.99 }),
    row('bad', { class: 'emulated-io', ratio: 0.5 }),
  ]
  expect(labels(sorted(vms, by('ratio'), false))).toEqual(['bad', 'good', 'idle', 'new'])
  expect(labels(sorted(vms, by('ratio'), true))).toEqual(['good', 'bad', 'idle', 'new'])
})

test('sorts numbers in names by value, and equal values by name in both directions', () => {
  const vms = ['vm-10', 'vm-9', 'Vm-1'].map((label) => row(label, { switches: 5 }))
  expect(labels(sorted(vms, by('name'), false))).toEqual(['Vm-1', 'vm-9', 'vm-10'])
  expect(labels(sorted(vms, by('switches'), true))).toEqual(['Vm-1', 'vm-9', 'vm-10'])
})

test.each([
  [
    'class',
    [
      { class: 'idle' },
      { class: 'emulated-io' },
      { class: 'near-native' },
      { class: 'in-kernel-io' },
      { class: 'mixed' },
    ],
    [1, 4, 3, 2, 0],
  ],
  ['switches', [{ switches: 10 }, { switches: null }, { switches: 9 }], [2, 0, 1]],
  ['cpu', [{ cpu: 0.5 }, { cpu: 0 }, { cpu: null }], [1, 0, 2]],
] as const)('sorts by %s', (id, given, order) => {
  const vms = given.map((more, index) => row(String(index), more))
  expect(labels(sorted(vms, by(id), false))).toEqual(order.map(String))
})

test('sorts by devices, with the most emulated ones first', () => {
  const disk = (emulated: boolean) => ({
    device: 'd',
    target: null,
    bus: 'b',
    cache: null,
    format: null,
    emulated,
  })
  const vms = [
    row('one', { disks: [disk(true), disk(false)] }),
    row('none', { disks: [disk(false)] }),
    row('two', { disks: [disk(true), disk(true)] }),
  ]
  expect(labels(sorted(vms, by('disks'), false))).toEqual(['two', 'one', 'none'])
})

test('finds all words of a filter in name, identity, policy and devices', () => {
  const vms = [
    row('Web-1', { pid: 4711, uuid: 'ABCD', machine: 'pc-q35-7.2' }),
    row('db', {
      scheduling: [{ policy: 'fifo', nice: null, priority: 10, vcpus: 1 }],
      disks: [{ device: 'hda', target: null, bus: 'ide', cache: 'none', format: 'raw', emulated: true }],
      nics: [{ device: 'n', target: null, model: 'virtio', vhost: true, emulated: false }],
    }),
  ]
  const found = (text: string) => labels(matching(vms, text))
  expect(found('')).toEqual(['Web-1', 'db'])
  expect(found(' WEB ')).toEqual(['Web-1'])
  expect(found('abcd')).toEqual(['Web-1'])
  expect(found('4711')).toEqual(['Web-1'])
  expect(found('q35')).toEqual(['Web-1'])
  expect(found('fifo ide')).toEqual(['db'])
  expect(found('vhost')).toEqual(['db'])
  expect(found('web ide')).toEqual([])
  expect(found('.*')).toEqual([])
})

test('shows the chosen classes, or all VMs if no class is chosen', () => {
  const vms = [row('a', { class: 'emulated-io' }), row('b', { class: 'idle' }), row('c', { class: null })]
  expect(labels(ofClasses(vms, new Set()))).toEqual(['a', 'b', 'c'])
  expect(labels(ofClasses(vms, new Set(['idle', 'mixed'] as const)))).toEqual(['b'])
})
