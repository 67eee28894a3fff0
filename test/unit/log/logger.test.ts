import { expect, test } from 'vitest'
import { KvminfoError } from '../../../src/errors.ts'
import { createLogger, type LogOptions, wantsColour } from '../../../src/log/logger.ts'

function record(options: Partial<LogOptions>) {
  const lines: string[] = []
  const log = createLogger(
    { level: 'info', format: 'logfmt', isColoured: false, ...options },
    { write: (line) => void lines.push(line) },
  )
  return { log, lines }
}

const timestamp = /ts=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /

test('a logfmt line has the time, the level, the message and the keys', () => {
  const { log, lines } = record({})
  log.info({ address: '127.0.0.1:9756' }, 'listening')
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(timestamp)
  expect(lines[0]!.replace(timestamp, '')).toBe('level=info msg=listening address=127.0.0.1:9756\n')
})

test('a JSON line has the same keys', () => {
  const { log, lines } = record({ format: 'json' })
  log.warn({ vm: 'a"b\n' }, 'torn')
  expect(JSON.parse(lines[0]!)).toEqual({ level: 'warn', ts: expect.any(String), vm: 'a"b\n', msg: 'torn' })
  expect(lines[0]!.indexOf('\n')).toBe(lines[0]!.length - 1)
})

test('writes no lines below the level', () => {
  const { log, lines } = record({ level: 'warn' })
  log.info('quiet')
  log.warn('loud')
  expect(lines).toHaveLength(1)
})

test('an error raised on purpose shows its code, its message and its causes, but no stack', () => {
  const { log, lines } = record({})
  const cause = Object.assign(new Error("EACCES: permission denied, open '/proc/kvminfo'"), { errno: -13 })
  log.warn({ err: new KvminfoError('SOURCE_DENIED', 'cannot read /proc/kvminfo', { cause }) }, 'failed')
  expect(lines[0]).toContain(
    'err="cannot read /proc/kvminfo: permission denied (EACCES)" code=SOURCE_DENIED\n',
  )
})

test('what a library said about an input has no stack, and is not said twice', () => {
  const { log, lines } = record({})
  const cause = new SyntaxError('Unexpected end of JSON input')
  log.warn({ err: new KvminfoError('CONFIG_INVALID', 'cannot use x', { cause }) }, 'failed')
  log.warn({ err: new KvminfoError('CONFIG_INVALID', `x: ${cause.message}`, { cause }) }, 'failed')
  expect(lines[0]).toContain('err="cannot use x: Unexpected end of JSON input" code=CONFIG_INVALID\n')
  expect(lines[1]).toContain('err="x: Unexpected end of JSON input" code=CONFIG_INVALID\n')
})

test('a mistake of ours below an error raised on purpose shows its stack', () => {
  const { log, lines } = record({})
  const cause = new TypeError('x is not a function')
  log.warn({ err: new KvminfoError('CONFIG_INVALID', 'cannot use x', { cause }) }, 'failed')
  expect(lines[0]).toMatch(/err="cannot use x: TypeError: x is not a function\\n {4}at /)
})

test('an unexpected error shows its stack, on one line', () => {
  const { log, lines } = record({})
  log.error({ err: new TypeError('x is not a function') }, 'bug')
  expect(lines[0]).toMatch(/err="TypeError: x is not a function\\n {4}at .*logger\.test\.ts/)
  expect(lines[0]!.trimEnd()).not.toContain('\n')
})

test('colours the level if asked to', () => {
  const { log, lines } = record({ isColoured: true })
  log.error('x')
  expect(lines[0]).toContain('level=\u001b[31merror\u001b[0m ')
})

test.each([
  [true, {}, true],
  [undefined, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { TERM: 'dumb' }, false],
])('with isTTY %s and %j, wantsColour is %s', (isTTY, environment, expected) => {
  expect(wantsColour(isTTY === undefined ? {} : { isTTY }, environment)).toBe(expected)
})
