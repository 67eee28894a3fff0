// What scripts get.
import { expect, test } from 'vitest'
import type { Feed } from '../../../../src/top/feed.ts'
import type { Frame } from '../../../../src/top/frame/frame.ts'
import type { TopDocument } from '../../../../src/top/script/json.ts'
import { type PrintOptions, printFrames } from '../../../../src/top/script/print.ts'
import { frameOf, vmFigures } from '../../../helpers/top-frame.ts'

const vms = [
  vmFigures('web', 10, {
    cpu: 0.5,
    ratio: 0.99,
    class: 'near-native',
    kernelSwitches: 99,
    userspaceSwitches: 1,
  }),
  vmFigures('a "b",\nc', 20, { cpu: 0.7 }),
]
const tasks = [{ pid: 10, tid: 10, name: 'qemu', cpu: 0.25, residentBytes: 500 * 1024 * 1024 }]
const first = frameOf(vms, tasks, { seconds: null, number: 1 })
const second = frameOf(vms, tasks)

function feedOf(...frames: Frame[]): Feed {
  const left = [...frames]
  return {
    isLive: false,
    next: async () => left.shift(),
    delayMs: () => undefined,
    describe: () => '',
    message: undefined,
    close() {},
  }
}

async function printed(more: Partial<PrintOptions>, ...frames: Frame[]): Promise<string> {
  let text = ''
  const options = {
    feed: feedOf(...frames),
    list: 'vms',
    format: 'json',
    count: undefined,
    intervalSeconds: 1,
    version: '1.2.3',
    sort: { id: 'cpu', isDescending: true },
    filter: '',
    rowLimit: undefined,
    hasThreads: false,
    isTree: false,
    ...more,
  } as const
  const write = async (part: string) => {
    text += part
  }
  await printFrames(options, write, new AbortController().signal)
  return text
}

test('JSON: one document for each sample with rates, in the order of the list', async () => {
  const lines = (await printed({}, first, second, second)).trim().split('\n')
  expect(lines).toHaveLength(2)
  const document = JSON.parse(lines[0]!) as TopDocument
  expect(document).toMatchObject({ version: '1.2.3', at: 1_700_000_000, seconds: 1, host: { busy: 0.5 } })
  expect(document.vms!.map(({ label }) => label)).toEqual(['a "b",\nc', 'web'])
  expect(document.vms![1]).toMatchObject({
    pid: 10,
    vcpus: 1,
    threads: [],
    devices: [{ name: 'ide0', wait: 0.5 }],
  })
  expect(document.tasks).toBeUndefined()
})

test('JSON of tasks: the value of every column by its ID; null for what is not known', async () => {
  const { tasks: rows, vms: none } = JSON.parse(await printed({ list: 'tasks' }, second)) as TopDocument
  expect(none).toBeUndefined()
  expect(rows).toEqual([
    {
      pid: 10,
      tid: 10,
      user: 'root',
      state: 'S',
      priority: 120,
      nice: 0,
      policy: 'other',
      rt: 0,
      'last-cpu': 0,
      time: 0.25,
      cpu: 0.25,
      memory: 500 * 1024 * 1024,
      'memory-share': 0.5,
      'total-cpu': 0.25,
      'total-cpu-share': 0.0625,
      voluntary: 0,
      involuntary: 0,
      slice: null,
      delay: 0,
      vm: 'web',
      name: 'qemu',
    },
  ])
})

test('CSV: a line of titles, and a line for each row; names are quoted where they must be', async () => {
  const lines = (await printed({ format: 'csv' }, first, second)).split('\n')
  expect(lines[0]).toMatch(/^at,seconds,name,class,ratio,io-share,kvm,qemu,/)
  expect(lines[1]).toMatch(/^1700000000\.000,1\.000,"a ""b"",\?c",,,/)
  expect(lines[2]).toMatch(/^1700000000\.000,1\.000,web,near-native,0\.99,,99,1,/)
  expect(lines).toHaveLength(4)
})

test('text: header, titles and rows without escape sequences', async () => {
  const text = await printed({ format: 'text', count: 1 }, first, second, second)
  expect(text).not.toContain('\x1b')
  expect(text.match(/kvminfo top kvm1/g)).toHaveLength(1)
  expect(text).toMatch(/\nweb +near-native +0\.990 /)
})

test('--count counts only samples with rates', async () => {
  expect((await printed({ count: 2 }, first, second, second, second)).trim().split('\n')).toHaveLength(2)
})
