// The README lists every field of the JSON behind the live page, and none that is not there.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { HostHistory } from '../../src/observe/host-history.ts'
import { describeDetail } from '../../src/page/live-detail.ts'
import type { LiveDocument } from '../../src/page/live-document.ts'
import { listJson } from '../../src/page/live-list.ts'
import { sampling } from '../../src/page/sampling.ts'
import { task, vm } from '../helpers/host-snapshot.ts'
import { sample } from '../helpers/sample.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const section = readme.slice(readme.indexOf('## The live page'), readme.indexOf('## Metrics'))

/** A host with one of everything. */
const look = sample(
  1,
  [
    vm('web', 10, {
      vcpus: [{ id: 0, tid: 11 }],
      disks: [{ device: 'vda', bus: 'virtio', cache: undefined, format: undefined }],
      nics: [{ device: 'vnet0', model: 'virtio', vhost: true }],
    }),
  ],
  {
    tasks: [task(10, 11)],
    hugePages: [{ pageBytes: 4096, node: 0, total: 1, free: 1, surplus: 0 }],
    sources: [
      {
        fact: 'exits',
        source: 'module',
        state: 'in-use',
        code: undefined,
        reason: undefined,
        remedy: undefined,
      },
    ],
  },
)

const history = new HostHistory(sampling)
history.add(look)
const list = JSON.parse(listJson(history, look, 0, '1.2.3')) as LiveDocument

/** The fields that the README gives a name to; those of `memory` and the like of the host speak for themselves. */
const named = [
  ...Object.keys(list),
  ...Object.keys(list.host),
  ...Object.keys(list.thresholds),
  ...Object.keys(list.sources[0]!),
  ...Object.keys(list.history),
  ...Object.keys(list.vms[0]!),
  ...Object.keys(list.vms[0]!.scheduling[0]!),
  ...Object.keys(list.vms[0]!.memory),
  ...Object.keys(list.vms[0]!.disks[0]!),
  ...Object.keys(list.vms[0]!.nics[0]!),
  ...Object.keys(list.vms[0]!.history),
  ...Object.keys(describeDetail(history, look, 10)!),
]

test('every field is listed', () => {
  expect(named.length).toBeGreaterThan(60)
  const listed = new Set([...section.matchAll(/`([^`]+)`/g)].flatMap((match) => match[1]!.match(/\w+/g)))
  expect(named.filter((name) => !listed.has(name))).toEqual([])
})

test('every field that is listed is there', () => {
  const rows = [...section.matchAll(/^\| (`.*?) \|/gm)].map((match) => match[1]!).slice(1)
  const listed = rows.flatMap((row) => [...row.matchAll(/(\w+)(?:\[\])?`/g)].map((match) => match[1]!))
  expect(listed.length).toBeGreaterThan(20)
  expect(listed.filter((name) => !named.includes(name))).toEqual([])
})
