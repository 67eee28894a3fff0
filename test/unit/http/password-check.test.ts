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
])('%s', (header, credentials) => {
  expect(parseBasicCredentials(header)).toEqual(credentials)
})

const users = new Map([
  ['alice', hashSync('secret', 4)],
  // As htpasswd writes it, of `fakepassword`.
  ['bob', '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi'],
])

test('right and wrong pairs', async () => {
  const check = new PasswordCheck()
  expect(await check.isValid(users, { name: 'alice', password: 'secret' })).toBe(true)
  expect(await check.isValid(users, { name: 'alice', password: 'secret' })).toBe(true)
  expect(await check.isValid(users, { name: 'alice', password: 'Secret' })).toBe(false)
  expect(await check.isValid(users, { name: 'bob', password: 'fakepassword' })).toBe(true)
  expect(await check.isValid(users, { name: 'mallory', password: 'secret' })).toBe(false)
  expect(await check.isValid(users, { name: '__proto__', password: 'secret' })).toBe(false)
  expect(await check.isValid(new Map(), { name: 'alice', password: 'secret' })).toBe(false)
})

test('what was right is so no more when the hash changes', async () => {
  const check = new PasswordCheck()
  expect(await check.isValid(users, { name: 'alice', password: 'secret' })).toBe(true)
  const changed = new Map([['alice', hashSync('other', 4)]])
  expect(await check.isValid(changed, { name: 'alice', password: 'secret' })).toBe(false)
  expect(await check.isValid(changed, { name: 'alice', password: 'other' })).toBe(true)
})

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

test('a pair once found right costs no bcrypt; a wrong name costs one like a wrong password', async () => {
  const check = new PasswordCheck()
  const costly = new Map([['alice', hashSync('secret', 10)]])
  const ask = (name: string, password: string) =>
    millisecondsOf(() => check.isValid(costly, { name, password }))
  const first = await ask('alice', 'secret')
  const again = await ask('alice', 'secret')
  const wrongPassword = await ask('alice', 'wrong')
  const wrongName = await ask('mallory', 'wrong')
  // A bcrypt of cost 10 takes tens of milliseconds, a digest well under one.
  expect(again).toBeLessThan(first / 5)
  expect(wrongName).toBeGreaterThan(wrongPassword / 5)
  expect(wrongName).toBeGreaterThan(again * 5)
})
