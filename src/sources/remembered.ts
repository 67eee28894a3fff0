// Memory in front of what is made of texts that come again with every scrape.
import { detached } from './detached.ts'

/**
 * `make`, which a text that came before is not given again; one of which it makes undefined is. At `max` texts all
 * are forgotten: any user's process can add to them.
 */
export function remembered<T>(max: number, make: (text: string) => T): (text: string) => T {
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
