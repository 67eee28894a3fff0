// Basic authentication against bcrypt hashes. A scrape must not cost a bcrypt each time, so that a pair once
// found right is remembered, as a keyed digest; wrong ones are not, so that no guesser can fill the memory.
import { createHmac, randomBytes } from 'node:crypto'
import { compare } from 'bcryptjs'

export interface Credentials {
  readonly name: string
  readonly password: string
}

/** From an `Authorization` header; undefined for none or another scheme. */
export function parseBasicCredentials(header: string | undefined): Credentials | undefined {
  const [, base64] = /^basic +([\w+/]+=*)$/i.exec(header ?? '') ?? []
  if (base64 === undefined) return undefined
  const text = Buffer.from(base64, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon === -1 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** More than there are users in any sane file; hashes that were changed leave theirs behind. */
const maxKnown = 100

export class PasswordCheck {
  readonly #key = randomBytes(32)
  readonly #known = new Set<string>()
  #queue: Promise<unknown> = Promise.resolve()

  /** An unknown user takes as long as a known one with a wrong password. */
  async isValid(users: ReadonlyMap<string, string>, { name, password }: Credentials): Promise<boolean> {
    const hash = users.get(name)
    const digest = this.#digest(name, hash ?? '', password)
    if (this.#known.has(digest)) return true

    const [anyHash] = users.values()
    const compared = hash ?? anyHash
    if (compared === undefined) return false
    // One at a time: bcrypt runs in this thread, which has to go on serving those already known.
    const isMatch = this.#queue.then(() => compare(password, compared))
    this.#queue = isMatch
    if (!(await isMatch) || hash === undefined) return false

    const [oldest] = this.#known
    if (this.#known.size >= maxKnown && oldest !== undefined) this.#known.delete(oldest)
    this.#known.add(digest)
    return true
  }

  #digest(...parts: string[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64')
  }
}
