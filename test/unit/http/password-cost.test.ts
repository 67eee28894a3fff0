import fc from 'fast-check'
import { expect, test } from 'vitest'
import { highestCost, taskOfCost } from '../../../src/http/password-cost.ts'

const hashOf = (cost: number, version = '2y') =>
  `$${version}$${String(cost).padStart(2, '0')}$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi`

/** The rounds that a task takes if the password does not match. */
function roundsOf(task: ReturnType<typeof taskOfCost>): number {
  return [task.hash, ...task.fillers].reduce((sum, hash) => sum + 2 ** Number(hash.slice(4, 6)), 0)
}

test('a refusal takes as many rounds for every user, known or not', () => {
  const costs = fc.array(fc.integer({ min: 4, max: 31 }), { minLength: 1 })
  fc.assert(
    fc.property(costs, (all) => {
      const hashes = all.map((cost) => hashOf(cost))
      const highest = highestCost(hashes)
      for (const hash of [...hashes, undefined]) {
        expect(roundsOf(taskOfCost(highest, 'x', hash))).toBe(2 ** Math.max(...all))
      }
    }),
  )
})

test.each(['2', '2a', '2b', '2x', '2y'])('compares version %s as 2b', (version) => {
  expect(taskOfCost(10, 'x', hashOf(10, version)).hash).toBe(hashOf(10, '2b'))
})
