// Label values on the wire.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeLabelValue, noLabels, renderLabels } from '../../../src/metrics/labels.ts'

const text = (labels: Uint8Array) => Buffer.from(labels).toString()

test('labels keep their order', () => {
  expect(text(renderLabels({ vm: 'web', vcpu: 0 }))).toBe('{vm="web",vcpu="0"}')
})

test('no labels are no text', () => {
  expect(text(noLabels)).toBe('')
})

test('quotes, backslashes and newlines are escaped, all else stays', () => {
  expect(escapeLabelValue('a"b\\c\nd\te{}=,ü')).toBe('a\\"b\\\\c\\nd\te{}=,ü')
})

test('half a surrogate pair becomes a replacement character', () => {
  expect(escapeLabelValue('a\ud800b')).toBe('a\ufffdb')
})

test('any value comes back from its escaped form and stays on its line', () => {
  const fromEscaped = (escaped: string) =>
    escaped.replace(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character))
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const escaped = escapeLabelValue(value)
      expect(fromEscaped(escaped)).toBe(value.toWellFormed())
      expect(escaped).not.toContain('\n')
      expect(escaped.replace(/\\./g, '')).not.toContain('"')
    }),
  )
})
