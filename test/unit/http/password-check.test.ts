import { hashSync } from 'bcryptjs'
import { expect, test } from 'vitest'
import { PasswordCheck, parseBasicCredentials } from '../../../src/http/password-check.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

test.each([
  [basic('alice:secret'), { name: 'alice', password: 'secret' }],
  [basic('alice:a:b'), { name: 'alice', password: 'a:b' }],
  [basic(':'), { name: '', password: '' }],
  [basic('ä:ö'), { name: 'ä', password: 'ö' }],
  [basic('alice:secret').replace('Basic', 'bASIC'), { name: 'alice', password: 'secret' }],
  [basic('alice'), undefined],
  ['Bearer YTpi', undefined],
  ['Basic', undefined],
  ['Basic %%%', undefined],
  [undefined, undefined],
])('reads the header %s', (header, credentials) => {
  expect(parseBasicCredentials(header)).toEqual(credentials)
})

const users = new Map([
  ['alice', hashSync('secret', 4)],
  // The output of htpasswd for `fakepassword`.
  ['bob', '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi'],
])

/** Of a client that waits for its response. */
const connected = new AbortController().signal

test('accepts correct pairs only', async () => {
  const check = new PasswordCheck()
  expect(await check.judge(users, { name: 'alice', password: 'secret' }, connected)).toBe('right')
  expect(await check.judge(users, { name: 'alice', password: 'secret' }, connected)).toBe('right')
  expect(await check.judge(users, { name: 'alice', password: 'Secret' }, connected)).toBe('wrong')
  expect(await check.judge(users, { name: 'bob', password: 'fakepassword' }, connected)).toBe('right')
  expect(await check.judge(users, { name: 'mallory', password: 'secret' }, connected)).toBe('wrong')
  expect(await check.judge(users, { name: '__proto__', password: 'secret' }, connected)).toBe('wrong')
  expect(await check.judge(new Map(), { name: 'alice', password: 'secret' }, connected)).toBe('wrong')
})

test('refuses the old password after its hash has changed', async () => {
  const check = new PasswordCheck()
  expect(await check.judge(users, { name: 'alice', password: 'secret' }, connected)).toBe('right')
  const changed = new Map([['alice', hashSync('other', 4)]])
  expect(await check.judge(changed, { name: 'alice', password: 'secret' }, connected)).toBe('wrong')
  expect(await check.judge(changed, { name: 'alice', password: 'other' }, connected)).toBe('right')
})

test('limits the waiting checks; a known pair never waits, and a client that disconnected is not checked', async () => {
  const check = new PasswordCheck()
  const ask = (password: string, client = connected) =>
    check.judge(users, { name: 'alice', password }, client)
  await ask('secret')

  const leaving = new AbortController()
  const flood = Array.from({ length: 50 }, () => ask('wrong', leaving.signal))
  expect(await ask('secret')).toBe('right')
  expect(await ask('other')).toBe('full')
  leaving.abort()
  expect(await ask('other')).toBe('wrong')
  expect(Map.groupBy(await Promise.all(flood), (verdict) => verdict)).toEqual(
    new Map([
      ['left', Array(16).fill('left')],
      ['full', Array(34).fill('full')],
    ]),
  )
})

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

test('a known pair costs no bcrypt; a wrong name costs one, as a wrong password does', async () => {
  const check = new PasswordCheck()
  const costly = new Map([['alice', hashSync('secret', 10)]])
  const ask = (name: string, password: string) =>
    millisecondsOf(() => check.judge(costly, { name, password }, connected))
  const first = await ask('alice', 'secret')
  const again = await ask('alice', 'secret')
  const wrongPassword = await ask('alice', 'wrong')
  const wrongName = await ask('mallory', 'wrong')
  // A bcrypt of cost 10 takes tens of milliseconds, a digest well under one.
  expect(again).toBeLessThan(first / 5)
  expect(wrongName).toBeGreaterThan(wrongPassword / 5)
  expect(wrongName).toBeGreaterThan(again * 5)
})
