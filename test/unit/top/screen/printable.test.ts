// Names that others choose cannot change the screen.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asciiOnly, clip, closed, isPlain, printable, widthOf } from '../../../../src/top/screen/printable.ts'

test.each([
  ['plain', 'plain'],
  ['a\x1b[2Jb', 'a?[2Jb'],
  ['line\nbreak\ttab\x7f', 'line?break?tab?'],
  ['\x9b31m', '?31m'],
  ['abc\u202edef', 'abc?def'],
  ['\u2066\u200b\ufeff', '???'],
  ['\ue000\u{e0001}\u{10ffff}', '???'],
  ['\ud800x', '?x'],
  ['caf\u0065\u0301', 'caf\u00e9'],
  [`e${'\u0316'.repeat(100)}`, `e${'\u0316'.repeat(2)}`],
  ['\u0316', '?'],
  ['a\ufe0f', 'a'],
  ['虚拟机', '虚拟机'],
  ['\u3164', '?'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('a terminal without UTF-8 gets ASCII only, one mark for each character', () => {
  expect(asciiOnly('虚拟机-é')).toBe('???-?')
})

test.each([
  ['abc', 3],
  ['虚拟', 4],
  ['é', 1],
  ['e\u0316', 1],
  ['😀', 2],
  ['한글', 4],
])('%j takes %i cells', (text, width) => {
  expect(widthOf(text)).toBe(width)
})

test.each([
  ['abcdef', 4, 'abc~'],
  ['abcd', 4, 'abcd'],
  ['虚拟机', 6, '虚拟机'],
  ['虚拟机', 5, '虚拟~'],
  ['虚拟机', 4, '虚~'],
  ['虚拟机', 1, '~'],
  ['abc', 0, ''],
])('%j in %i cells is %j', (text, width, shown) => {
  expect(clip(text, width)).toBe(shown)
})

test('text from right to left ends with a mark of direction, other text does not', () => {
  expect(closed('שרת')).toBe('שרת\u200e')
  expect(closed('خادم')).toBe('خادم\u200e')
  expect(closed('server')).toBe('server')
})

/** Arrays of numbers, because fast-check's own strings of any character take seconds. */
const codePoints = fc.array(fc.nat(0x10ffff), { maxLength: 12 })

test('whatever the text, what is shown has no control and fits', () => {
  fc.assert(
    fc.property(codePoints, fc.nat(30), (points, width) => {
      const text = String.fromCodePoint(...points)
      const shown = clip(printable(text), width)
      expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
      expect(widthOf(shown)).toBeLessThanOrEqual(width)
      expect(isPlain(asciiOnly(text))).toBe(true)
    }),
  )
})
