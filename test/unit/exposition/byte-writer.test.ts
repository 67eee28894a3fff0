// The buffer that a response is written to.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../../src/exposition/byte-writer.ts'

const empty = Buffer.alloc(0)

function written(value: number): string {
  const writer = new ByteWriter(1)
  writer.writeSample(empty, empty, value)
  return writer.bytes().toString().trim()
}

describe('writes a number', () => {
  test.each([
    [0, '0'],
    [-0, '0'],
    [1, '1'],
    [9, '9'],
    [10, '10'],
    [2 ** 31 - 1, '2147483647'],
    [2 ** 31, '2147483648'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [-5, '-5'],
    [0.000000001, '0.000000001'],
    [0.1, '0.1'],
    [0.1 + 0.2, '0.30000000000000004'],
    [1e-10, '1e-10'],
    [99.99, '99.99'],
    [9_007_199.254740991, '9007199.254740991'],
    [1_795_405_489.55, '1795405489.55'],
    [12.076562962, '12.076562962'],
    [1e21, '1e+21'],
    [-Number.MIN_VALUE, '-5e-324'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ])('%d as %s', (value, text) => expect(written(value)).toBe(text))

  test('so that nanoseconds can be read back exactly', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.nat(999_999_999), (seconds, nanoseconds) => {
        const value = (seconds * 1e9 + nanoseconds) / 1e9
        expect(Number(written(value))).toBe(value)
      }),
    )
  })

  test('so that it can be read back exactly', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger()),
        (value) => {
          expect(Number(written(value))).toBe(value + 0)
        },
      ),
    )
  })
})

test('writes samples as lines, however small the buffer was at first', () => {
  const writer = new ByteWriter(1)
  for (let value = 0; value < 1000; value++)
    writer.writeSample(Buffer.from('a_total'), Buffer.from('{vm="ü"}'), value)
  const lines = writer.bytes().toString().split('\n')
  expect(lines).toHaveLength(1001)
  expect(lines[0]).toBe('a_total{vm="ü"} 0')
  expect(lines[999]).toBe('a_total{vm="ü"} 999')
  expect(lines[1000]).toBe('')
})

test('counts the bytes of characters that have several', () => {
  const writer = new ByteWriter(1)
  writer.writeText('ü€😀')
  writer.writeText('.')
  expect(writer.bytes().toString()).toBe('ü€😀.')
  expect(writer.length).toBe(10)
})

test('truncate removes what was written after the mark', () => {
  const writer = new ByteWriter()
  writer.writeText('kept ')
  const mark = writer.length
  writer.writeText('dropped')
  writer.truncate(mark)
  writer.writeText('new')
  expect(writer.bytes().toString()).toBe('kept new')
})
