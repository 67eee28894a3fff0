import { describe, expect, test } from 'vitest'
import { type JudgedWindow, judge } from '../../../../src/remediate/verify/judge.ts'
import { switchbackBlocks } from '../../../../src/remediate/verify/switchback.ts'
import { judgedWindow, perByte, runDelay } from '../../../helpers/remediate/judged-runs.ts'

type More = Partial<JudgedWindow>

/** Four windows a block with these costs, and what else the windows without and with the change have. */
function switchback(without: number, withIt: number, a: More = {}, b: More = {}): JudgedWindow[] {
  return switchbackBlocks.flatMap((phase, block) =>
    Array.from({ length: 4 }, () =>
      phase === 'A' ? judgedWindow(block, without, a) : judgedWindow(block, withIt, b),
    ),
  )
}

const module = { exitsSource: 'module' }
const beforeAfter = (
  before: number,
  after: number,
  a: More = {},
  b: More = {},
  counts = [20, 20],
): JudgedWindow[] => [
  ...Array.from({ length: counts[0]! }, () => judgedWindow(0, before, { ...module, ...a })),
  ...Array.from({ length: counts[1]! }, () => judgedWindow(1, after, { ...module, ...b })),
]

describe('switchback', () => {
  test('improved, with the figures', () => {
    expect(judge(runDelay, switchback(0.2, 0.1))).toEqual({
      verdict: 'improved',
      effect: {
        ratio: expect.closeTo(0.5, 10),
        lower: expect.closeTo(0.5, 10),
        upper: expect.closeTo(0.5, 10),
      },
      text: 'the VM waited for a CPU during 20.0 % of its runnable time without the change and 10.0 % with it (0.500 times the cost, 0.500 to 0.500, 16 and 16 windows)',
      counted: { without: 16, with: 16 },
    })
  })

  test('worse and inconclusive', () => {
    expect(judge(runDelay, switchback(0.1, 0.2)).verdict).toBe('worse')
    expect(judge(runDelay, switchback(0.2, 0.19))).toMatchObject({
      verdict: 'inconclusive',
      text: expect.stringMatching(/^no difference is proven: the VM waited for a CPU during 20\.0 %/),
    })
  })

  test('from waiting to no waiting at all is improved, with a finite ratio', () => {
    const { verdict, effect, text } = judge(runDelay, switchback(0.2, 0))
    expect(verdict).toBe('improved')
    expect(effect!.ratio).toBeCloseTo(0.001 / 0.2, 10)
    expect(text).toContain('less than 0.1 % with it')
  })

  test('a VM that never waits shows no difference', () => {
    expect(judge(runDelay, switchback(0, 0)).verdict).toBe('inconclusive')
    // Nine times as much of nothing.
    expect(judge(runDelay, switchback(0.0001, 0.0009)).verdict).toBe('inconclusive')
  })

  test('windows with another load, and those that do not count, are left out', () => {
    const windows = switchback(0.2, 0.1)
    windows[0] = judgedWindow(0, 0.99, { load: 2.5 })
    windows[1] = judgedWindow(0, 0, { whyNot: 'the VM is paused' })
    windows[4] = judgedWindow(1, 0.99, { whyNot: 'the VM is idle', isIdle: true })
    expect(judge(runDelay, windows)).toMatchObject({
      verdict: 'improved',
      effect: { ratio: expect.closeTo(0.5, 10) },
      counted: { without: 14, with: 15 },
    })
  })

  test('too few windows are inconclusive, with the commonest reason', () => {
    const windows = switchback(0.2, 0.1).map((window) =>
      window.block >= 6 ? judgedWindow(window.block, 0, { whyNot: 'the VM is idle', isIdle: true }) : window,
    )
    expect(judge(runDelay, windows)).toEqual({
      verdict: 'inconclusive',
      effect: undefined,
      text: 'in block 7 of 8, 0 of 4 windows count, and 2 are needed: mostly, the VM is idle',
      counted: { without: 12, with: 12 },
    })
  })

  test('a load that went away is not an improvement', () => {
    expect(
      judge(runDelay, switchback(0.2, 0.05, {}, { load: 0.3, done: 0.3, cpuDemand: 0.3 })),
    ).toMatchObject({
      verdict: 'inconclusive',
      text: expect.stringContaining('the load is 0.30 times the usual one'),
    })
  })

  test('without any window it is inconclusive', () => {
    expect(judge(runDelay, [])).toMatchObject({
      verdict: 'inconclusive',
      text: 'in block 1 of 8, 0 of 4 windows count, and 2 are needed',
    })
  })

  test('windows of no block are ignored', () => {
    const extra = [judgedWindow(8, 0.99), judgedWindow(-1, 0.99)]
    expect(judge(runDelay, [...switchback(0.2, 0.1), ...extra])).toMatchObject({
      verdict: 'improved',
      counted: { without: 16, with: 16 },
    })
  })
})

describe('guards', () => {
  test('a gain at the expense of the other VMs is worse', () => {
    expect(
      judge(runDelay, switchback(0.2, 0.1, { othersRunDelay: 0.05 }, { othersRunDelay: 0.08 })),
    ).toMatchObject({
      verdict: 'worse',
      effect: { ratio: expect.closeTo(0.5, 10) },
      text: 'the other VMs waited for a CPU during 5.0 % of the time without the change and 8.0 % with it',
    })
  })

  test('harm to the other VMs counts even if the VM itself was idle', () => {
    const idle = { whyNot: 'the VM is idle', isIdle: true }
    const windows = switchback(0, 0, { ...idle, othersRunDelay: 0 }, { ...idle, othersRunDelay: 0.5 })
    expect(judge(runDelay, windows)).toMatchObject({ verdict: 'worse', effect: undefined })
  })

  test('windows that another run disturbed prove no harm', () => {
    const disturbed = { whyNot: 'run 12 changed the host', othersRunDelay: 0.9 }
    expect(judge(runDelay, switchback(0.2, 0.1, { othersRunDelay: 0 }, disturbed)).verdict).toBe(
      'inconclusive',
    )
  })

  test('a VM that is cheaper because it does less is worse', () => {
    const windows = switchback(0.2, 0.1, { done: 0.8 }, { done: 0.3 })
    expect(judge(runDelay, windows)).toMatchObject({
      verdict: 'worse',
      text: expect.stringContaining('37.5 % of its usual work'),
    })
  })
})

describe('before and after', () => {
  test('the thesis: from a share of 0.39 of the exits to 0.007 is improved', () => {
    expect(judge(perByte, beforeAfter(390, 7))).toEqual({
      verdict: 'improved',
      effect: {
        ratio: expect.closeTo(7 / 390, 10),
        lower: expect.closeTo(7 / 390, 10),
        upper: expect.closeTo(7 / 390, 10),
      },
      text: 'the VM made 390 userspace exits per MiB without the change and 7.00 with it (0.0179 times the cost, 0.0179 to 0.0179, 20 and 20 windows)',
      counted: { without: 20, with: 20 },
    })
  })

  test('a very large gain is told without digits that say nothing', () => {
    expect(judge(perByte, beforeAfter(13_000, 0.05))).toMatchObject({
      verdict: 'improved',
      text: 'the VM made 13000 userspace exits per MiB without the change and less than 0.100 with it (less than a thousandth of the cost, 20 and 20 windows)',
    })
  })

  test('few exits for the usual work count after the change, and not before it', () => {
    const idle = { whyNot: 'the VM is idle', isIdle: true }
    expect(judge(perByte, beforeAfter(390, 7, {}, idle)).verdict).toBe('improved')
    expect(judge(perByte, beforeAfter(390, 7, idle, {}))).toMatchObject({
      verdict: 'inconclusive',
      text: expect.stringContaining('0 windows before the change count, and 20 are needed'),
    })
  })

  test('exits of two sources are not compared', () => {
    expect(judge(perByte, beforeAfter(390, 7, {}, { exitsSource: 'qmp' }))).toMatchObject({
      verdict: 'inconclusive',
      text: '0 windows after the change count, and 20 are needed: mostly, the exits were counted by qmp instead of module',
    })
  })

  test('an idle window before the change does not count, even with the usual load', () => {
    const windows = beforeAfter(390, 7)
    windows[3] = judgedWindow(0, 390, { ...module, isIdle: true, whyNot: 'the VM is idle' })
    expect(judge(perByte, windows)).toMatchObject({
      verdict: 'inconclusive',
      text: '19 windows before the change count, and 20 are needed: mostly, the VM is idle',
    })
  })

  test('the source before the change decides, even with more windows after it', () => {
    const windows = beforeAfter(390, 7, {}, { exitsSource: 'qmp' }, [20, 60])
    expect(judge(perByte, windows)).toMatchObject({
      verdict: 'inconclusive',
      counted: { without: 20, with: 0 },
      text: '0 windows after the change count, and 20 are needed: mostly, the exits were counted by qmp instead of module',
    })
  })

  test('more than twice the usual work counts as the usual one, with all of its exits', () => {
    // 390 exits a second become 35, for five times the work.
    expect(judge(perByte, beforeAfter(390, 7, {}, { load: 5, done: 5 }))).toMatchObject({
      verdict: 'improved',
      effect: { ratio: expect.closeTo(35 / 390, 10) },
      counted: { without: 20, with: 20 },
    })
    // The guest reads in pieces five times as large, so 390 exits a second stay 390; or it does five times the same.
    for (const cost of [78, 390]) {
      expect(judge(perByte, beforeAfter(390, cost, {}, { load: 5, done: 5 }))).toMatchObject({
        verdict: 'inconclusive',
        text: expect.stringContaining('the load is 5.00 times the usual one'),
        counted: { without: 20, with: 0 },
      })
    }
    // Up to there, it is the cost for each MiB.
    expect(judge(perByte, beforeAfter(390, 195, {}, { load: 2, done: 2 }))).toMatchObject({
      verdict: 'improved',
      effect: { ratio: expect.closeTo(0.5, 10) },
    })
    expect(judge(perByte, beforeAfter(390, 195, {}, { load: 2.01, done: 2.01 })).verdict).toBe('inconclusive')
  })

  test('the last 20 before and the first 60 after are counted', () => {
    expect(judge(perByte, beforeAfter(390, 7, {}, {}, [40, 90])).counted).toEqual({ without: 20, with: 60 })
  })
})

test.each([
  { design: 'none', metric: 'none' },
  { design: 'none', metric: 'run-delay' },
  { design: 'switchback', metric: 'none' },
] as const)('%j is not measurable, whatever the windows say', (measurement) => {
  expect(judge(measurement, switchback(0.2, 0.1))).toEqual({
    verdict: 'not-measurable',
    effect: undefined,
    text: 'it is applied, but the counters cannot show its effect',
    counted: { without: 0, with: 0 },
  })
})
