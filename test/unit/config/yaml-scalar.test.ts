// The right values are those of yaml.v2 (resolve.go); test/integration/web-config-promtool.test.ts asks it.
import { expect, test } from 'vitest'
import * as z from 'zod'
import { parseYaml } from '../../../src/config/parse-yaml.ts'
import { yamlBoolean, yamlInteger, yamlText } from '../../../src/config/yaml-scalar.ts'

const read = <Output>(type: z.ZodType<Output>, text: string): Output =>
  parseYaml(`value: ${text}\n`, z.strictObject({ value: type }), 'f').value

test.each([
  ['0', '0'],
  ['0x1F', '0x1F'],
  ['1_000', '1_000'],
  ['0.50', '0.50'],
  ['yes', 'yes'],
  ['2020-01-01', '2020-01-01'],
  ['.inf', '.inf'],
  ['"0"', '0'],
  ['!!str 0', '0'],
  ['!!int 7', '7'],
  ['!secret x', 'x'],
  ['', ''],
  ['~', ''],
  ['null', ''],
  ['"null"', 'null'],
  ['|\n  a\n  b', 'a\nb\n'],
])('where a text is wanted, %s is %j', (text, value) => {
  expect(read(yamlText, text)).toBe(value)
})

test.each([
  [true, ['true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'y', 'Y', '!!bool "yes"']],
  [false, ['false', 'False', 'FALSE', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'n', 'N', '', '~', 'NULL']],
])('%s is written in many ways', (value, texts) => {
  expect(texts.map((text) => read(yamlBoolean, text))).toEqual(texts.map(() => value))
})

test.each(['"yes"', "'no'", '!!str yes', '1', '0', 'yEs', 'tRUE', 'enabled', '|\n  yes', '[no]', '{}'])(
  '%s is no boolean',
  (text) => {
    expect(() => read(yamlBoolean, text)).toThrow('f:1: value: must be')
  },
)

test.each([
  ['0', 0],
  ['-3', -3],
  ['+20', 20],
  ['1_000', 1_000],
  ['0x1f', 31],
  ['0b101', 5],
  ['-0b101', -5],
  ['0o17', 15],
  ['017', 15],
  ['08', 8],
  ['2.9', 2],
  ['-2.9', -2],
  ['1e3', 1_000],
  ['.5', 0],
  ['', 0],
])('%s is the whole number %d', (text, value) => {
  expect(read(yamlInteger, text)).toBe(value)
})

test.each(['"1"', '1s', 'x', '.inf', '.nan', '1e30', 'yes', '0x', '1 2', '[1]'])(
  '%s is no whole number',
  (text) => {
    expect(() => read(yamlInteger, text)).toThrow('f:1: value: must be')
  },
)
