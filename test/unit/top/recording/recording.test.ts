// Recordings: what is written is read again; a torn, damaged or foreign line costs only itself; the file has a limit.
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Frame } from '../../../../src/top/frame/frame.ts'
import { maxTasks, Recorder } from '../../../../src/top/recording/recorder.ts'
import { Recording } from '../../../../src/top/recording/recording.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'
import { type FrameTask, frameOf, vmFigures } from '../../../helpers/top-frame.ts'

const megabyte = 1024 * 1024

function record(frames: readonly Frame[], maxBytes = megabyte): { path: string; recorder: Recorder } {
  const path = join(scratchDirectory(), 'night.rec')
  const recorder = new Recorder(path, maxBytes)
  for (const frame of frames) recorder.add(frame)
  recorder.close()
  return { path, recorder }
}

const web = vmFigures('web', 10, { cpu: 0.5, ratio: 0.99, class: 'near-native' })
const tasks: FrameTask[] = [
  { pid: 10, tid: 10, name: 'qemu \x1b[2J', uid: 0, residentBytes: 900 },
  { pid: 10, tid: 11, name: 'CPU 0/KVM', cpu: 0.5, state: 'R' },
]
const frame = (at: number) => frameOf([web], tasks, { at })

test('a frame is read as it was', () => {
  const { path } = record([frame(100), frame(101)])
  const recording = new Recording(path)
  expect(recording.count).toBe(2)
  const { detail, tasks: list, ...rest } = recording.frame(1)!
  const { detail: detailBefore, tasks: before, ...restBefore } = frame(101)
  expect(rest).toEqual(restBefore)
  expect(detail(10)).toEqual(detailBefore(10))
  expect(detail(11)).toBeUndefined()
  expect(list.rows.names).toEqual(before.rows.names)
  expect(Array.from(list.rows.residentBytes)).toEqual([900, 0])
  expect(Array.from(list.figures.cpu)).toEqual([0, 0.5])
  expect(Array.from(list.figures.processCpu)).toEqual([0.5, Number.NaN])
  expect(Array.from(list.figures.processRunning)).toEqual([1, 0])
  expect(list.rows.sliceNs[0]).toBeNaN()
  expect([list.users, list.vms]).toEqual([new Map([[0, 'root']]), new Map([[10, 'web']])])
  recording.close()
})

test('a torn last line is left out', () => {
  const { path } = record([frame(100), frame(101)])
  truncateSync(path, statSync(path).size - 10)
  const recording = new Recording(path)
  expect(recording.count).toBe(1)
  expect(recording.frame(0)?.at).toBe(100)
  recording.close()
})

const compressed = (value: unknown) => deflateRawSync(JSON.stringify(value)).toString('base64')

test.each([
  ['no base64', '####'],
  ['an empty line', ''],
  ['another JSON', compressed({ at: 1 })],
  ['JSON of another shape', compressed({ ...frame(100), vms: [{ label: 7 }] })],
  ['a bomb of zeros', deflateRawSync(Buffer.alloc(65 * megabyte)).toString('base64')],
])('%s costs only itself', (_what, line) => {
  const { path } = record([frame(100), frame(101)])
  const [head, first, second] = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, [head, first, line, second, ''].join('\n'))
  const recording = new Recording(path)
  expect([0, 1, 2].map((index) => recording.frame(index)?.at)).toEqual([100, undefined, 101])
  recording.close()
})

test('columns of different lengths are damage', () => {
  const { path } = record([frame(100)])
  const [head, line] = readFileSync(path, 'utf8').split('\n')
  const recording = new Recording(path)
  const recorded = recording.frame(0)!
  recording.close()
  expect(recorded.tasks.rows.count).toBe(2)
  writeFileSync(path, `${head}\n${line!.slice(0, 40)}${line!.slice(44)}\n`)
  const damaged = new Recording(path)
  expect(damaged.frame(0)).toBeUndefined()
  damaged.close()
})

test('the recording ends before its limit, and says so', () => {
  const { path, recorder } = record([frame(100)])
  const { bytes } = recorder
  expect(statSync(path).size).toBe(bytes)
  const limited = record([frame(100), frame(101), frame(102)], bytes + 10)
  expect(statSync(limited.path).size).toBeLessThanOrEqual(bytes + 10)
  expect(limited.recorder.ended).toMatch(/--record-limit/)
  const recording = new Recording(limited.path)
  expect(recording.count).toBe(1)
  recording.close()
})

test('a file that exists is not overwritten, and only its owner may read a recording', () => {
  const { path } = record([frame(100)])
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(() => new Recorder(path, megabyte)).toThrow(
    /--record: cannot create .*it exists; choose another name/,
  )
  expect(() => new Recorder('/nowhere/x', megabyte)).toThrow(/cannot create \/nowhere\/x/)
})

test.each([
  ['text', 'hello\nworld\n', /is not a recording/],
  [
    'a later format',
    '{"format":"kvminfo-top","version":2,"host":"a","startedAt":1}\nx\n',
    /format 2, but this release reads format 1/,
  ],
  ['only a head', '{"format":"kvminfo-top","version":1,"host":"a","startedAt":1}\n', /no complete frame yet/],
  ['nothing', '', /is not a recording/],
])('%s is refused', (_what, content, message) => {
  const path = join(scratchDirectory(), 'x')
  writeFileSync(path, content)
  expect(() => new Recording(path)).toThrow(message)
})

test('of many tasks, the threads of VMs and the busiest are kept', () => {
  const many: FrameTask[] = Array.from({ length: 3 * maxTasks }, (_, index) => ({
    pid: 100 + index,
    tid: 100 + index,
  }))
  many[2500] = { pid: 10, tid: 10, name: 'qemu' }
  many[2600] = { pid: 7, tid: 7, name: 'busy', cpu: 1 }
  const { path } = record([frameOf([web], many)])
  const recording = new Recording(path)
  const list = recording.frame(0)!.tasks
  expect([list.rows.count, list.total]).toEqual([maxTasks, 3 * maxTasks])
  expect(list.rows.names).toEqual(expect.arrayContaining(['qemu', 'busy']))
  recording.close()
})
