// Messages name file, line and key, and never quote the contents of the file.
import { expect, test } from 'vitest'
import * as z from 'zod'
import { parseYaml } from '../../../src/config/parse-yaml.ts'
import { yamlInteger, yamlText } from '../../../src/config/yaml-scalar.ts'

const schema = z.strictObject({
  name: yamlText.optional(),
  nested: z
    .strictObject({ count: yamlInteger, list: z.array(yamlText.pipe(z.enum(['a', 'b']))).optional() })
    .optional(),
})

test('reads a valid text; an empty text is an empty map', () => {
  expect(parseYaml('name: x\nnested:\n  count: 3\n  list: [a, b]\n', schema, 'f')).toEqual({
    name: 'x',
    nested: { count: 3, list: ['a', 'b'] },
  })
  expect(parseYaml('', schema, 'f')).toEqual({})
  expect(parseYaml('# nothing\n', schema, 'f')).toEqual({})
  expect(parseYaml('~', schema, 'f')).toEqual({})
})

test('follows aliases and merges maps', () => {
  const list = z.record(z.string(), z.union([yamlText, z.record(z.string(), yamlText)]))
  expect(parseYaml('a: &x {b: 1}\nc:\n  <<: *x\n  d: &y 2\ne: *y\n', list, 'f')).toEqual({
    a: { b: '1' },
    c: { b: '1', d: '2' },
    e: '2',
  })
})

test.each([
  'name: x\n---\n',
  'name: x\n...\n',
  '---\nname: x\n',
  '%YAML 1.1\n---\nname: x\n',
  '\ufeffname: x\r\n',
])('reads %j as one document', (text) => {
  expect(parseYaml(text, schema, 'f')).toEqual({ name: 'x' })
})

test.each([
  ['unknown key', '# c\nname: x\nnmae: y\n', 'f:3: nmae: unknown key'],
  ['unknown nested key', 'nested:\n  count: 1\n  cuont: 2\n', 'f:3: nested.cuont: unknown key'],
  [
    'wrong type',
    'name: x\nnested:\n\n  count: many\n',
    'f:4: nested.count: must be a whole number, without quotes',
  ],
  ['missing key', 'name: x\nnested:\n  list: []\n', 'f:2: nested.count: missing'],
  [
    'wrong list item',
    'nested:\n  count: 1\n  list:\n    - a\n    - c\n',
    'f:5: nested.list.1: Invalid option: expected one of "a"|"b"',
  ],
  ['not a map', '- a\n', 'f:1: Invalid input: expected object, received array'],
  ['duplicate key', 'name: x\nname: y\n', 'f:2: not valid YAML: duplicate key'],
  ['tab', 'nested:\n\tcount: 1\n', 'f:2: not valid YAML: tab as indent'],
  ['list instead of a text', 'name: [x]\n', 'f:1: name: must be a single value'],
  ['two documents', 'name: x\n---\nname: y\n', 'f:2: not valid YAML: multiple docs'],
])('names the place of the problem: %s', (_what, text, message) => {
  expect(() => parseYaml(text, schema, 'f')).toThrowError(
    expect.objectContaining({ message, code: 'CONFIG_INVALID' }),
  )
})

test.each([
  'name: "hunter2',
  'nested: hunter2',
  'nested: {count: hunter2}',
  'hunter2',
  'name: [hunter2',
  '}hunter2',
  'name: *hunter2',
])('the error for %j does not quote the text', (text) => {
  expect(() => parseYaml(text, schema, 'f')).toThrow(/^f(:1)?: (?!.*hunter2)/)
})
