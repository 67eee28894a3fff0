import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatLogfmt } from '../../../src/log/logfmt.ts'

test('starts with ts, level and msg, and leaves plain values unquoted', () => {
  expect(
    formatLogfmt({ level: 'info', ts: '2026-11-23T04:00:00.000Z', port: 9756, msg: 'listening', ok: true }),
  ).toBe('ts=2026-11-23T04:00:00.000Z level=info msg=listening port=9756 ok=true')
})

test.each([
  ['', '""'],
  ['two words', '"two words"'],
  ['a=b', '"a=b"'],
  ['say "hi"', '"say \\"hi\\""'],
  ['back\\slash', '"back\\\\slash"'],
  ['line\nlevel=error msg=forged', '"line\\nlevel=error msg=forged"'],
  ['\r\t', '"\\r\\t"'],
  ['\u001b[31mred', '"\\u{1b}[31mred"'],
  ['\u009b31m', '"\\u{9b}31m"'],
  ['a\u2028b', '"a\\u{2028}b"'],
  ['abc\u202egnp', '"abc\\u{202e}gnp"'],
  ['half \ud800', '"half \\u{d800}"'],
  ['Müller', '"Müller"'],
])('writes the value %j as %s', (value, written) => {
  expect(formatLogfmt({ msg: value })).toBe(`msg=${written}`)
})

test('writes objects as JSON, and a strange key cannot break the line', () => {
  expect(formatLogfmt({ list: ['a', 1], 'b c\n': 1 })).toBe('list="[\\"a\\",1]" b_c_=1')
})

/** Splits a line as a log shipper does: at spaces outside quotes. */
function keysOf(line: string): string[] {
  return [...line.matchAll(/([\w.-]+)=("(?:[^"\\]|\\.)*"|[^ "]*)(?: |$)/gy)].map((match) => match[1]!)
}

test('no value can add a line, a key or a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (name, other) => {
      const line = formatLogfmt({ msg: name, vm: other, last: 1 })
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      expect(keysOf(line)).toEqual(['msg', 'vm', 'last'])
    }),
  )
})
