// What a bcrypt hash costs, and how to make every refusal cost the same. A hash of cost c takes 2^c rounds.
import type { BcryptTask } from './bcrypt-worker.ts'

const costOf = (hash: string): number => Number(/^\$2[a-z]?\$(\d\d)\$/.exec(hash)?.[1])

/** The highest cost of these hashes. */
export const highestCost = (hashes: Iterable<string>): number => Math.max(...[...hashes].map(costOf))

/** A hash that nobody knows a password for. */
const fillerOf = (cost: number): string => `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`

/**
 * Takes 2^cost rounds unless the password matches `hash`, whatever the cost of `hash` is: 2^c and 2^c, 2^(c+1), …,
 * 2^(cost-1) together. Undefined is the hash of an unknown user, which never matches.
 */
export function taskOfCost(cost: number, password: string, hash: string | undefined): BcryptTask {
  if (hash === undefined) return { password, hash: fillerOf(cost), fillers: [] }
  const own = costOf(hash)
  return {
    password,
    // All versions are computed in the same way, as in Go; bcryptjs knows only three of them.
    hash: hash.replace(/^\$2[a-z]?\$/, '$2b$$'),
    fillers: Array.from({ length: cost - own }, (_, index) => fillerOf(own + index)),
  }
}
