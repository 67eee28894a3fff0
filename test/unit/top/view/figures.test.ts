// Figures as short text.
import { expect, test } from 'vitest'
import {
  finePercent,
  milliseconds,
  percent,
  rate,
  ratio,
  size,
  uptime,
  whole,
} from '../../../../src/top/view/figures.ts'

const figures = { finePercent, milliseconds, percent, rate, ratio, size, whole }

test.each([
  ['ratio', 0.9934, '0.993'],
  ['ratio', 0.99996, '0.999'],
  ['ratio', 1, '1.000'],
  ['percent', 0, '0'],
  ['percent', 0.00001, '0.00'],
  ['percent', 0.0372, '3.72'],
  ['percent', 0.9995, '100'],
  ['percent', 4.12, '412'],
  ['finePercent', 0.000000553789, '0.00006'],
  ['finePercent', 0.00000001, '<0.00001'],
  ['finePercent', 0.5, '50.0'],
  ['rate', 0.46, '0.5'],
  ['rate', 42, '42'],
  ['rate', 999.6, '1.00k'],
  ['rate', 12_345, '12.3k'],
  ['rate', 999_999, '1.00M'],
  ['rate', 0, '0'],
  ['size', 0, '0'],
  ['size', 5_431_296, '5.18M'],
  ['size', 3103.71 * 1024 ** 2, '3.03G'],
  ['size', 1024 ** 2 - 1, '1.00M'],
  ['milliseconds', 0.0381, '38 ms'],
  ['milliseconds', 0.0001, '<1 ms'],
  ['milliseconds', 12, '12.0 s'],
  ['whole', 7, '7'],
] as const)('%s of %d is %j', (name, value, text) => {
  expect(figures[name](value)).toBe(text)
})

test('what is not known is a dash', () => {
  for (const name of ['ratio', 'percent', 'finePercent', 'rate', 'size', 'milliseconds', 'whole'] as const)
    expect([figures[name](null), figures[name](Number.NaN)]).toEqual(['-', '-'])
})

test('an uptime has days only if there are some', () => {
  expect(uptime(51 * 86_400 + 15 * 3600 + 56 * 60 + 32)).toBe('51 d 15:56:32')
  expect(uptime(59)).toBe('00:00:59')
})
