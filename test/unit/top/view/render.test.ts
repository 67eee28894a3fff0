// The screen as a whole: it fits, whatever its size, and shows what a frame has.
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import type { Frame } from '../../../../src/top/frame/frame.ts'
import { press } from '../../../../src/top/keys.ts'
import { LinePainter } from '../../../../src/top/screen/line.ts'
import { widthOf } from '../../../../src/top/screen/printable.ts'
import type { Shown, State } from '../../../../src/top/state.ts'
import { helpLines } from '../../../../src/top/view/help.ts'
import { render } from '../../../../src/top/view/render.ts'
import { frameOf, freshState as start, vmFigures } from '../../../helpers/top-frame.ts'

const frame = frameOf(
  [
    vmFigures('web\x1b[31m', 10, { cpu: 0.5, ratio: 0.99, class: 'near-native', device: 'ide-primary' }),
    vmFigures('שרת', 20, { cpu: 0.7 }),
    vmFigures('虚拟机虚拟机虚拟机虚拟机', 30),
  ],
  [
    { pid: 10, tid: 10, name: 'qemu' },
    { pid: 10, tid: 11, name: 'CPU 0/KVM', cpu: 0.5, state: 'R' },
    { pid: 1, tid: 1, name: 'init' },
  ],
)

function draw(state: State, { columns = 160, rows = 30 } = {}, of: Frame = frame) {
  const painter = new LinePainter({ hasStyles: true, hasColours: true, isUtf8: true })
  return render({ frame: of, state, size: { columns, rows }, painter, pace: 'every 1 s', message: undefined })
}

function pressed(...keys: string[]): State {
  let shown: Shown = draw(start).shown
  let state = start
  for (const key of keys) {
    state = press(state, key, shown).state
    shown = draw(state).shown
  }
  return state
}

const text = (lines: readonly string[]) => lines.map(stripVTControlCharacters)

const states: Record<string, State> = {
  VMs: start,
  tasks: pressed('tab'),
  threads: pressed('tab', 'H'),
  tree: pressed('t'),
  'a VM': pressed('return'),
  help: pressed('h'),
  'a filter': pressed('/', 'w', 'e', 'b'),
  CPUs: pressed('1'),
  'other columns': pressed('right', 'right', 'right'),
}

test.each(Object.keys(states))('%s: as many lines as the screen has, none too wide', (name) => {
  for (const columns of [1, 7, 40, 80, 133, 300]) {
    for (const rows of [1, 2, 5, 9, 24, 60]) {
      const { lines } = draw(states[name]!, { columns, rows })
      expect([columns, rows, lines.length]).toEqual([columns, rows, rows])
      for (const line of text(lines))
        expect(widthOf(line.replaceAll('\u200e', ''))).toBeLessThanOrEqual(columns)
    }
  }
})

test('names change neither colours nor columns', () => {
  const { lines } = draw(start)
  const row = lines.find((line) => line.includes('web'))!
  expect(row).toContain('web?[31m')
  expect(text(lines).find((line) => line.includes('שרת'))).toContain('שרת\u200e')
})

test('the header has the figures of the host and says where they come from', () => {
  const fallback = { fact: 'exits', source: 'debugfs', reason: 'the kvminfo module is not loaded' }
  const header = text(draw(start, {}, { ...frame, sources: [fallback] }).lines)
    .slice(0, 5)
    .join('\n')
  expect(header).toContain('up 00:01:40')
  expect(header).toContain('Tasks 2 total, 1 running, 0 blocked')
  expect(header).toContain('HZ 250')
  expect(header).toContain('CPU% 50.0 now, 25.0 average, 75.0 peak, 50.0 idle')
  expect(header).toContain('Used 50.0% (87.5% with cache)')
  expect(header).toContain('exits: debugfs (fallback)')
  expect(header).toContain('the kvminfo module is not loaded')
})

test('a VM alone has its devices and reasons', () => {
  const lines = text(draw(pressed('down', 'return')).lines).join('\n')
  expect(lines).toMatch(/Handed to QEMU, by device, over 30 s +per s +wait, s\/s\n +ide0 +3\.0 +0\.5000/)
  expect(lines).toContain('not counted by the source')
  expect(lines).toContain('disk ide0-0-0 hda ide raw')
})

test('a VM that has ended says so', () => {
  expect(text(draw({ ...start, view: 'vm', vmPid: 99 }).lines).join('\n')).toContain('99 is not running')
})

test('columns that do not fit come when the others move', () => {
  const titles = (state: State) =>
    text(draw(state, { columns: 80 }).lines).find((line) => line.startsWith('VM '))!
  expect(titles(start)).not.toContain('HUGE')
  const moved = { ...start, lists: { ...start.lists, vms: { ...start.lists.vms, columnOffset: 9 } } }
  expect(titles(moved)).toContain('HUGE')
  expect(titles(moved)).toMatch(/^VM /)
})

test('only the rows on the screen are completed', () => {
  const many = frameOf(
    [],
    Array.from({ length: 5000 }, (_, index) => ({ pid: index + 1, tid: index + 1 })),
  )
  let completed = 0
  const rows = Object.assign(Object.create(many.tasks.rows), { complete: () => completed++ })
  draw(pressed('tab'), { rows: 30 }, { ...many, tasks: { ...many.tasks, rows } })
  expect(completed).toBe(30 - 5 - 1 - 1)
})

test.each([
  ['no VM', start, frameOf([], []), 'No VM runs on this host.'],
  [
    'no VM that could be seen',
    start,
    frameOf([], [], { missing: { VMs: 'denied' } }),
    'No VM could be seen.',
  ],
  ['no row that matches', { ...start, filter: 'x' }, frame, 'No VM matches the filter: x'],
])('%s: the list says so', (_what, state, of, said) => {
  expect(text(draw(state, {}, of).lines)).toContain(said)
})

test.each([20, 40, 80, 120])('nothing of the help is cut on a screen of %i columns', (columns) => {
  const lines = text(helpLines(columns, new LinePainter({ hasStyles: true, hasColours: true, isUtf8: true })))
  expect(lines.filter((line) => /[~…]$/.test(line))).toEqual([])
})
