import { hashSync } from 'bcryptjs'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Bcrypt } from '../../../src/http/bcrypt-thread.ts'
import type { BcryptTask } from '../../../src/http/bcrypt-worker.ts'
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
  ['old', hashSync('secret', 4).replace('$2b$', '$2x$')],
])

/** Of a client that waits for its response. */
const connected = new AbortController().signal

test('accepts correct pairs only', async () => {
  const check = new PasswordCheck()
  const verdicts = (pairs: readonly (readonly [string, string])[], known = users) =>
    Promise.all(pairs.map(([name, password]) => check.judge(known, { name, password }, '', connected)))
  const right = [
    ['alice', 'secret'],
    ['bob', 'fakepassword'],
    ['old', 'secret'],
  ] as const
  expect(await verdicts(right)).toEqual(['right', 'right', 'right'])
  expect(await verdicts(right)).toEqual(['right', 'right', 'right'])
  const wrong = [
    ['alice', 'Secret'],
    ['mallory', 'secret'],
    ['__proto__', 'secret'],
    ['', ''],
  ] as const
  expect(await verdicts(wrong)).toEqual(['wrong', 'wrong', 'wrong', 'wrong'])
  expect(await verdicts([['alice', 'secret']], new Map())).toEqual(['wrong'])
})

test('refuses the old password after its hash has changed', async () => {
  const check = new PasswordCheck()
  const ask = (known: ReadonlyMap<string, string>, password: string) =>
    check.judge(known, { name: 'alice', password }, '', connected)
  expect(await ask(users, 'secret')).toBe('right')
  const changed = new Map([['alice', hashSync('other', 4)]])
  expect(await ask(changed, 'secret')).toBe('wrong')
  expect(await ask(changed, 'other')).toBe('right')
})

/** A bcrypt whose passwords are the hashes, and which takes a millisecond of the fake clock for each round. */
class FakeBcrypt implements Bcrypt {
  readonly tasks: BcryptTask[] = []

  async run(task: BcryptTask) {
    this.tasks.push(task)
    const isMatch = task.password === task.hash
    const compared = isMatch ? [task.hash] : [task.hash, ...task.fillers]
    const ms = compared.reduce((sum, hash) => sum + 2 ** Number(hash.slice(4, 6)), 0)
    await new Promise((resolve) => setTimeout(resolve, ms))
    return { isMatch, ms }
  }
}

const hashOf = (cost: string, letter: string) => `$2b$${cost}$${letter.repeat(53)}`
const cheap = hashOf('04', 'c')
const costly = hashOf('10', 'd')
const fakeUsers = new Map([
  ['cheap', cheap],
  ['costly', costly],
])
/** The time of a check that fails. */
const checkMs = 2 ** 10

function fakeCheck() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const bcrypt = new FakeBcrypt()
  const check = new PasswordCheck(bcrypt)
  const ask = async (name: string, password: string, network = 'a', client = connected) => {
    const startMs = performance.now()
    const verdict = await check.judge(fakeUsers, { name, password }, network, client)
    return { verdict, ms: performance.now() - startMs }
  }
  return { bcrypt, ask }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('refuses after the same time, whether the user exists and whatever the hash costs', async () => {
  const { bcrypt, ask } = fakeCheck()
  const asked = [
    ['cheap', 'wrong'],
    ['costly', 'wrong'],
    ['nobody', 'wrong'],
    ['nobody', cheap],
  ]
  const answers = []
  for (const [name, password] of asked) {
    const answer = ask(name!, password!)
    await pass(20 * checkMs)
    answers.push(await answer)
  }
  expect(answers).toEqual(asked.map(() => ({ verdict: 'wrong', ms: 4 * checkMs })))
  // Each of them has cost a check.
  expect(bcrypt.tasks).toHaveLength(asked.length)
})

test('refuses after the same time while another check runs', async () => {
  for (const name of ['costly', 'nobody']) {
    const { ask } = fakeCheck()
    // The first refusal measures how long a check takes.
    const first = ask('cheap', 'wrong', 'a')
    await pass(20 * checkMs)
    await first
    const other = ask('cheap', 'wrong', 'b')
    const answer = ask(name, 'wrong', 'a')
    await pass(20 * checkMs)
    expect(await answer).toEqual({ verdict: 'wrong', ms: 4 * checkMs })
    await other
  }
})

test('a flood of unknown users, even from the same address, costs a good client at most one check and a pause', async () => {
  const { bcrypt, ask } = fakeCheck()
  const flood = Array.from({ length: 5_000 }, (_, index) => ask(`nobody-${index}`, 'x'))
  const good = ask('costly', costly)
  await pass(20 * checkMs)
  expect(await good).toEqual({ verdict: 'right', ms: 3 * checkMs })
  expect(new Set((await Promise.all(flood)).map(({ verdict }) => verdict))).toEqual(new Set(['wrong']))
  expect(bcrypt.tasks).toHaveLength(2)
  expect((await ask('costly', costly)).ms).toBe(0)
})

test('a flood of wrong passwords for a user keeps neither other addresses nor other users out', async () => {
  const { bcrypt, ask } = fakeCheck()
  const flood = Array.from({ length: 500 }, (_, index) => ask('costly', `wrong-${index}`, 'a'))
  const good = [ask('costly', costly, 'b'), ask('cheap', cheap, 'a')]
  await pass(40 * checkMs)
  expect((await Promise.all(good)).map(({ verdict }) => verdict)).toEqual(['right', 'right'])
  const verdicts = (await Promise.all(flood)).map(({ verdict }) => verdict)
  expect(verdicts).toEqual(['wrong', ...Array(499).fill('full')])
  expect(bcrypt.tasks).toHaveLength(3)
})

test.each(['costly', 'nobody'])('checks one password of %s at a time for each address', async (name) => {
  const { ask } = fakeCheck()
  const first = ask(name, 'wrong')
  expect(await ask(name, 'other')).toEqual({ verdict: 'full', ms: 0 })
  await pass(4 * checkMs)
  expect((await first).verdict).toBe('wrong')
  const next = ask(name, 'other')
  await pass(4 * checkMs)
  expect((await next).verdict).toBe('wrong')
})

test('requests with the same pair share a check, also if the first of them is gone', async () => {
  const { bcrypt, ask } = fakeCheck()
  const leaving = new AbortController()
  const gone = ask('costly', costly, 'a', leaving.signal)
  const others = [ask('costly', costly), ask('costly', costly)]
  leaving.abort()
  expect((await gone).verdict).toBe('left')
  await pass(2 * checkMs)
  expect((await Promise.all(others)).map(({ verdict }) => verdict)).toEqual(['right', 'right'])
  expect(bcrypt.tasks).toHaveLength(1)
})

test('a password that nobody waits for any longer is not checked, and counts as new if it comes again', async () => {
  const { bcrypt, ask } = fakeCheck()
  const running = ask('cheap', 'wrong', 'b')
  const leaving = new AbortController()
  const gone = ask('costly', costly, 'a', leaving.signal)
  leaving.abort()
  expect((await gone).verdict).toBe('left')
  expect((await ask('costly', costly, 'a', leaving.signal)).verdict).toBe('left')
  const again = ask('costly', costly, 'a')
  await pass(20 * checkMs)
  expect((await again).verdict).toBe('right')
  await running
  expect(bcrypt.tasks).toHaveLength(2)
})

test('bounds the checks that wait: 64 of different addresses or users', async () => {
  const { bcrypt, ask } = fakeCheck()
  const answers = Array.from({ length: 100 }, (_, index) => ask('costly', 'wrong', `address-${index}`))
  // An unknown user gets the same answer.
  expect((await ask('nobody', 'x', 'b')).verdict).toBe('full')
  await pass(200 * checkMs)
  const verdicts = (await Promise.all(answers)).map(({ verdict }) => verdict)
  expect(verdicts).toEqual([...Array(65).fill('wrong'), ...Array(35).fill('full')])
  expect(bcrypt.tasks).toHaveLength(65)
})
