// Figures as our pages write them.
import { expect, test } from 'vitest'
import * as format from '../../../../src/ui/browser/format.js'

test.each([
  [format.ratio, [null, 0, 0.6091, 0.9994, 0.99961, 1], ['–', '0.000', '0.609', '0.999', '0.999', '1.000']],
  [
    format.percent,
    [null, 0, 0.0123, 0.0994, 0.0996, 0.5, 1],
    ['–', '0.0 %', '1.2 %', '9.9 %', '10 %', '50 %', '100 %'],
  ],
  [format.plain, [null, 0, 1.234, 99.4, 99.6, 1234], ['–', '0.00', '1.23', '99.40', '100', '1,234']],
  [
    format.rate,
    [null, 0, 0.25, 9.94, 9.96, 999, 9994, 9996, 99_949, 99_951, 999_499, 999_501, 12_345_678],
    ['–', '0', '0.3', '9.9', '10', '999', '9,994', '10.0 k', '99.9 k', '100 k', '999 k', '1.00 M', '12.3 M'],
  ],
  [
    format.bytes,
    [null, 0, 1023, 1024, 1536, 10 * 1024, 1023.6 * 1024, 2 ** 50 * 2048],
    ['–', '0 B', '1,023 B', '1 KiB', '1.5 KiB', '10 KiB', '1.0 MiB', '2,048 PiB'],
  ],
] as const)('writes figures: %o', (write, values, texts) => {
  expect(values.map((value) => write(value))).toEqual(texts)
})

test('writes durations', () => {
  expect([-5, 59.9, 60, 3600, 90_061].map(format.duration)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '1 h',
    '1 d 1 h',
  ])
})
