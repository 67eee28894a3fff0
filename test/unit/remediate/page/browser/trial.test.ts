// The measurements of a run: lines of the chart, progress, and what was shown so far.
import { expect, test } from 'vitest'
import { linesOf, progressOf, resultOf, windowsOf } from '../../../../../src/remediate/page/browser/trial.js'
import { switchbackBlocks, windowsPerBlock } from '../../../../../src/remediate/verify/switchback.ts'

const trial = { blocks: switchbackBlocks, windows_per_block: windowsPerBlock }
const start = 1_700_000_000

/** Windows of 15 s, five for each block; the first one of a block is for settling and is not stored. */
function stored(number: number, cost = (letter: string) => (letter === 'A' ? 0.4 : 0.1)) {
  return Array.from({ length: number }, (_, index) => {
    const block = Math.floor(index / 4)
    const letter = switchbackBlocks[block]!
    const at = start + (block * 5 + (index % 4) + 2) * 15
    const window = { seconds: 15, cost: cost(letter), whyNot: null as string | null }
    return { phase: `${block + 1} ${letter}`, at: new Date(at * 1000).toISOString(), window }
  })
}

test('without windows there is no chart, and the trial is at its beginning', () => {
  expect(linesOf([], trial)).toBeUndefined()
  expect(progressOf([], trial)).toEqual({
    share: 0,
    text: 'block 1 of 8, as before: 0 of 32 windows are measured',
  })
})

test('each window is on the line of its phase, and the time axis has the whole trial', () => {
  const lines = linesOf(windowsOf(stored(6)), trial)!
  expect(lines.without).toEqual([0.4, 0.4, 0.4, 0.4, null, null, null])
  expect(lines.with).toEqual([null, null, null, null, 0.1, 0.1, null])
  // Eight blocks of five windows of 15 s.
  expect(lines.at.at(-1)).toBe(start + 600)
  expect(lines.spanSeconds).toBeCloseTo(612)
})

test('a trial that takes longer than planned ends with its last window', () => {
  const windows = stored(32).map((window, index) => ({
    ...window,
    at: new Date((start + 30 * (index + 1)) * 1000).toISOString(),
  }))
  const lines = linesOf(windowsOf(windows), trial)!
  expect(lines.at).toHaveLength(32)
  expect(lines.at.at(-1)).toBe(start + 960)
})

test('windows after the trial are with the change, and are not counted as progress', () => {
  const held = {
    phase: 'holding',
    at: new Date((start + 900) * 1000).toISOString(),
    window: { seconds: 150, cost: 0.2, whyNot: null },
  }
  const windows = windowsOf([...stored(32), held])
  expect(linesOf(windows, trial)!.with.at(-1)).toBe(0.2)
  expect(progressOf(windows, trial)).toEqual({ share: 1, text: 'all 32 windows are measured' })
  expect(resultOf(windows).with).toBeCloseTo(0.1)
})

test('says which block is measured now', () => {
  expect(progressOf(windowsOf(stored(6)), trial)!.text).toBe(
    'block 2 of 8, with the change: 6 of 32 windows are measured',
  )
  expect(progressOf(windowsOf(stored(8)), trial)!.text).toMatch(/^block 3 of 8, with the change/)
  expect(progressOf(windowsOf(stored(12)), trial)!.text).toMatch(/^block 4 of 8, as before/)
  expect(progressOf(windowsOf(stored(12)), null)).toBeUndefined()
})

test('leaves a gap for windows that do not count, and counts their reasons', () => {
  const windows = stored(8)
  windows[1]!.window.whyNot = 'the VM is idle'
  windows[6]!.window.whyNot = 'the VM is idle'
  const parsed = windowsOf(windows)
  expect(linesOf(parsed, trial)!.without.slice(0, 4)).toEqual([0.4, null, 0.4, 0.4])
  const { without, with: withChange, skipped } = resultOf(parsed)
  expect([without, withChange]).toEqual([0.4, 0.1])
  expect([...skipped]).toEqual([['the VM is idle', 2]])
})

test('the median of an even number of windows is between the two in the middle; without windows it is unknown', () => {
  const windows = stored(4).map((window, index) => ({
    ...window,
    window: { ...window.window, cost: [0.1, 0.9, 0.2, 0.4][index]! },
  }))
  expect(resultOf(windowsOf(windows)).without).toBeCloseTo(0.3)
  expect(resultOf([])).toEqual({ without: null, with: null, skipped: new Map() })
})

test('ignores windows that it does not understand, and those before a clock that was set back', () => {
  const [first, second] = stored(2)
  const windows = [
    first!,
    { ...second!, phase: 'later release' },
    { ...second!, window: null },
    { ...second!, at: first!.at },
    { ...second!, at: 'no time' },
  ]
  expect(windowsOf(windows)).toHaveLength(1)
})
