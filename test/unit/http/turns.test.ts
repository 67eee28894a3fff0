import { expect, test } from 'vitest'
import { Turns } from '../../../src/http/turns.ts'

test('lets only so many jobs run at once, and starts the others in order, also after one that failed', async () => {
  const turns = new Turns(2)
  const started: number[] = []
  const held = [0, 1, 2, 3].map(() => Promise.withResolvers<number>())
  const results = held.map(({ promise }, index) =>
    turns.run(() => {
      started.push(index)
      return promise
    }),
  )
  const settled = Promise.allSettled(results)
  expect(started).toEqual([0, 1])
  held[1]!.reject(new Error('no'))
  await expect(results[1]).rejects.toThrow('no')
  expect(started).toEqual([0, 1, 2])
  for (const index of [0, 2, 3]) held[index]!.resolve(index)
  expect((await settled).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ])
  // All turns are free again.
  await Promise.all([turns.run(async () => started.push(4)), turns.run(async () => started.push(5))])
  expect(started).toEqual([0, 1, 2, 3, 4, 5])
})
