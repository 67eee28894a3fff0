import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../../../src/remediate/journal/canonical-json.ts'

test('sorts the keys of all objects and leaves undefined out', () => {
  expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'x', 10: true, 9: -0, gone: undefined })).toBe(
    '{"10":true,"9":0,"a":"x","b":[{"c":null,"d":1}]}',
  )
})

test('parses back to the same value, and the order of the keys makes no difference', () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([key, part]) => [key, reversed(part)]),
    )
  }
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      const text = canonicalJson(value)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      expect(canonicalJson(reversed(value))).toBe(text)
      expect(canonicalJson(JSON.parse(text))).toBe(text)
      expect(text).toBe(text.toWellFormed())
    }),
    { numRuns: 50 },
  )
})

test('keeps a key __proto__ and escapes a lone surrogate', () => {
  expect(canonicalJson(JSON.parse('{"__proto__":{"a":"\\ud800"}}'))).toBe('{"__proto__":{"a":"\\ud800"}}')
})

test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [1n], [() => {}], [[undefined]], [Symbol('s')]])(
  'refuses what JSON cannot hold: %s',
  (value) => {
    expect(() => canonicalJson({ value })).toThrow(TypeError)
  },
)
