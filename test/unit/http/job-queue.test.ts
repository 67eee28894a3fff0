import { expect, test } from 'vitest'
import { JobQueue } from '../../../src/http/job-queue.ts'

const staying = new AbortController().signal

/** A job that ends when told to. */
function job(name: string, log: string[]) {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  // It may fail before anybody awaits it.
  promise.catch(() => {})
  const run = () => {
    log.push(name)
    return promise
  }
  return { run, end: () => resolve(name), fail: () => reject(new Error(name)) }
}

test('one at a time, in their order, also after one that failed', async () => {
  const log: string[] = []
  const queue = new JobQueue(2)
  const [a, b, c] = [job('a', log), job('b', log), job('c', log)]
  const results = [a, b, c].map(({ run }) => queue.run(run, staying))
  expect(log).toEqual(['a'])
  b.fail()
  c.end()
  a.end()
  expect(await Promise.allSettled(results)).toMatchObject([
    { value: 'a' },
    { reason: new Error('b') },
    { value: 'c' },
  ])
  expect(log).toEqual(['a', 'b', 'c'])
})

test('no more wait than may, and who leaves makes room and is never begun', async () => {
  const log: string[] = []
  const queue = new JobQueue(1)
  const leaving = new AbortController()
  const [a, b, c, d] = [job('a', log), job('b', log), job('c', log), job('d', log)]
  const first = queue.run(a.run, leaving.signal)
  const second = queue.run(b.run, leaving.signal)
  expect(await queue.run(c.run, staying)).toBe('full')
  leaving.abort()
  expect(await second).toBe('left')
  expect(await queue.run(c.run, leaving.signal)).toBe('left')
  const last = queue.run(d.run, staying)
  a.end()
  d.end()
  expect([await first, await last, log]).toEqual(['a', 'd', ['a', 'd']])
})

test('begins anew after it was idle', async () => {
  const queue = new JobQueue(1)
  expect(await queue.run(async () => 1, staying)).toBe(1)
  expect(await queue.run(async () => 2, staying)).toBe(2)
})
