import { expect, test } from 'vitest'
import { JobQueue } from '../../../src/http/job-queue.ts'

/** Of a client that never disconnects. */
const connected = new AbortController().signal

/** A job that ends when the test says so. */
function job(name: string, log: string[]) {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  // The job may fail before the test awaits it.
  promise.catch(() => {})
  const run = () => {
    log.push(name)
    return promise
  }
  return { run, end: () => resolve(name), fail: () => reject(new Error(name)) }
}

test('runs jobs one at a time and in their order, even after one has failed', async () => {
  const log: string[] = []
  const queue = new JobQueue(2)
  const [a, b, c] = [job('a', log), job('b', log), job('c', log)]
  const results = [a, b, c].map(({ run }) => queue.run(run, connected))
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

test('limits the waiting jobs; a job whose client disconnects makes room and never starts', async () => {
  const log: string[] = []
  const queue = new JobQueue(1)
  const leaving = new AbortController()
  const [a, b, c, d] = [job('a', log), job('b', log), job('c', log), job('d', log)]
  const first = queue.run(a.run, leaving.signal)
  const second = queue.run(b.run, leaving.signal)
  expect(await queue.run(c.run, connected)).toBe('full')
  leaving.abort()
  expect(await second).toBe('left')
  expect(await queue.run(c.run, leaving.signal)).toBe('left')
  const last = queue.run(d.run, connected)
  a.end()
  d.end()
  expect([await first, await last, log]).toEqual(['a', 'd', ['a', 'd']])
})

test('runs the next job after it was idle', async () => {
  const queue = new JobQueue(1)
  expect(await queue.run(async () => 1, connected)).toBe(1)
  expect(await queue.run(async () => 2, connected)).toBe(2)
})
