import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BearerTokens } from '../../../../src/remediate/intake/bearer-tokens.ts'

const first = '0123456789abcdef'
const second = 'fedcba9876543210'
let folder: string
const file = (name: string, text: string, mode = 0o640): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokens-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('accepts either token while one is being replaced', () => {
  const tokens = new BearerTokens([file('a', `${first}\n`), file('b', second)])
  expect(tokens.accepts(`Bearer ${first}`)).toBe(true)
  expect(tokens.accepts(`bearer  ${second}`)).toBe(true)
})

test.each([
  undefined,
  '',
  'Bearer',
  'Bearer ',
  `Basic ${first}`,
  `Bearer ${first}x`,
  `Bearer ${first.slice(1)}`,
  `Bearer ${first} ${first}`,
  `Bearer ${'x'.repeat(10_000)}`,
])('refuses the header %j', (header) => {
  expect(new BearerTokens([file('a', first)]).accepts(header)).toBe(false)
})

test('without a file, nothing is accepted', () => {
  const tokens = new BearerTokens([])
  expect(tokens.isEmpty).toBe(true)
  expect(tokens.accepts('Bearer ')).toBe(false)
})

test('a new token works at once, and the old one no longer', () => {
  const path = file('a', first)
  const tokens = new BearerTokens([path])
  writeFileSync(path, second)
  expect(tokens.accepts(`Bearer ${first}`)).toBe(false)
  expect(tokens.accepts(`Bearer ${second}`)).toBe(true)
  rmSync(path)
  expect(tokens.accepts(`Bearer ${second}`)).toBe(false)
})

test.each([
  ['is too short', 'short', 0o640, 'at least 16 printable characters'],
  ['has a blank in it', `${first} ${second}`, 0o640, 'without blanks'],
  ['has two lines', `${first}\n${second}\n`, 0o640, 'one line'],
  ['is empty', '', 0o640, 'at least 16 printable characters'],
  ['is readable by everybody', first, 0o644, 'every user can read'],
  ['is too large', 'x'.repeat(5000), 0o640, 'not a small regular file'],
])('refuses a token file that %s, without quoting it', (_what, text, mode, message) => {
  const path = file('a', text, mode)
  expect(() => new BearerTokens([path])).toThrow(message)
  if (text.length > 5) expect(() => new BearerTokens([path])).not.toThrow(text)
})

test('refuses a file that is missing, and a folder', () => {
  expect(() => new BearerTokens([join(folder, 'none')])).toThrow('cannot read the token file')
  expect(() => new BearerTokens([folder])).toThrow('not a small regular file')
})
