// Rendering of label values.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeLabelValue, noLabels, renderLabels } from '../../../src/metrics/labels.ts'

const text = (labels: Uint8Array) => Buffer.from(labels).toString()

test('keeps the order of labels', () => {
  expect(text(renderLabels({ vm: 'web', vcpu: 0 }))).toBe('{vm="web",vcpu="0"}')
})

test('renders no labels as empty text', () => {
  expect(text(noLabels)).toBe('')
})

test('escapes quotes, backslashes and newlines, and nothing else', () => {
  expect(escapeLabelValue('a"b\\c\nd\te{}=,ü')).toBe('a\\"b\\\\c\\nd\te{}=,ü')
})

test('replaces a lone surrogate', () => {
  expect(escapeLabelValue('a\ud800b')).toBe('a\ufffdb')
})

test('any value can be read back from its escaped form and stays on one line', () => {
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
