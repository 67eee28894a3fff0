// Texts from outside, as the page shows them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainLines, plainText } from '../../../../../src/remediate/page/browser/plain-text.js'

test.each([
  ['web1', 'web1'],
  ['Größe 数据 🐧', 'Größe 数据 🐧'],
  ['a\u202Egpj.exe', 'a\\u{202e}gpj.exe'],
  ['a\u0000b\u001b[31m', 'a\\u{0}b\\u{1b}[31m'],
  ['a\nb\u2028c', 'a\\u{a}b\\u{2028}c'],
  ['zero\u200Bwidth', 'zero\\u{200b}width'],
  ['\ud800', '\\u{d800}'],
  ['<script>', '<script>'],
])('shows %j as %j', (text, shown) => {
  expect(plainText(text)).toBe(shown)
})

test('keeps line breaks and tabs of a diff, and nothing else that is invisible', () => {
  expect(plainLines('-\ta\r\n+\tb\u202e')).toBe('-\ta\\u{d}\n+\tb\\u{202e}')
})

test('leaves no invisible character in any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(plainText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u)
    }),
  )
})
