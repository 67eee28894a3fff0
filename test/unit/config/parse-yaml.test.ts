// Messages name file, line and key, and never quote the contents of the file.
import { expect, test } from 'vitest'
import * as z from 'zod'
import { parseYaml } from '../../../src/config/parse-yaml.ts'

const schema = z.strictObject({
  name: z.string().optional(),
  nested: z.strictObject({ count: z.int(), list: z.array(z.enum(['a', 'b'])).optional() }).optional(),
})

test('reads a valid text; an empty text is an empty map', () => {
  expect(parseYaml('name: x\nnested:\n  count: 3\n  list: [a, b]\n', schema, 'f')).toEqual({
    name: 'x',
    nested: { count: 3, list: ['a', 'b'] },
  })
  expect(parseYaml('', schema, 'f')).toEqual({})
  expect(parseYaml('# nothing\n', schema, 'f')).toEqual({})
})

test.each([
  ['unknown key', '# c\nname: x\nnmae: y\n', 'f:3: nmae: unknown key'],
  ['unknown nested key', 'nested:\n  count: 1\n  cuont: 2\n', 'f:3: nested.cuont: unknown key'],
  [
    'wrong type',
    'name: x\nnested:\n\n  count: many\n',
    'f:4: nested.count: Invalid input: expected number, received string',
  ],
  ['missing key', 'name: x\nnested:\n  list: []\n', 'f:2: nested.count: missing; expected number'],
  [
    'wrong list item',
    'nested:\n  count: 1\n  list:\n    - a\n    - c\n',
    'f:5: nested.list.1: Invalid option: expected one of "a"|"b"',
  ],
  ['not a map', '- a\n', 'f:1: Invalid input: expected object, received array'],
  ['duplicate key', 'name: x\nname: y\n', 'f:2: not valid YAML: duplicate key'],
  ['tab', 'nested:\n\tcount: 1\n', 'f:2: not valid YAML: tab as indent'],
  ['unknown tag', 'name: !secret x\n', 'f:1: not valid YAML: tag resolve failed'],
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
