// Memoizes functions of strings that every scrape repeats.
import { detached } from './detached.ts'

/**
 * Memoizes `make`, except for strings that it turns into undefined. At `max` strings it forgets all of them, because any
 * user's processes can add strings.
 */
export function memoized<T>(max: number, make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const own = detached(text)
    const made = make(own)
    if (made === undefined) return made
    if (known.size >= max) known.clear()
    known.set(own, made)
    return made
  }
}
