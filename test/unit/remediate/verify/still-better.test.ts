import { expect, test } from 'vitest'
import { isStillBetter } from '../../../../src/remediate/verify/still-better.ts'
import type { Window } from '../../../../src/remediate/verify/window.ts'
import { judgedWindow } from '../../../helpers/remediate/judged-runs.ts'

const windows = (cost: number, more: Partial<Window> = {}, count = 4): Window[] =>
  Array.from({ length: count }, () => judgedWindow(0, cost, more))

const idle = { isIdle: true, whyNot: 'the VM is idle' }

test.each([
  ['a tenth cheaper', windows(0.2), windows(0.18), true],
  ['a little less than a tenth cheaper', windows(0.2), windows(0.1801), false],
  ['no cost at all before, so that nothing can be cheaper', windows(0), windows(0), false],
  ['a cost before that does not matter', windows(0.0009), windows(0), false],
  ['no cost any more', windows(0.2), windows(0), true],
  ['no windows before', [], windows(0.1), false],
  ['no windows before that count', windows(0.2, idle), windows(0.1), false],
  ['one window is too few', windows(0.2), windows(0.1, {}, 1), false],
  ['idle windows', windows(0.2), windows(0.1, idle), false],
  ['windows with little load', windows(0.2, { load: 1 }), windows(0.1, { load: 0.49 }), false],
  ['windows with much load', windows(0.2, { load: 1 }), windows(0.1, { load: 5 }), true],
])('%s', (_what, without, recent, isBetter) => {
  expect(isStillBetter('run-delay', without, recent)).toBe(isBetter)
})

test('the median decides, not one window', () => {
  const recent = [...windows(0.1, {}, 3), ...windows(0.9, {}, 1)]
  expect(isStillBetter('run-delay', windows(0.2), recent)).toBe(true)
})
