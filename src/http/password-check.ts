// Basic authentication against bcrypt hashes. A scrape must not cost a bcrypt each time, so that a pair once
// found right is remembered, as a keyed digest; wrong ones are not, so that no guesser can fill the memory.
import { createHmac, randomBytes } from 'node:crypto'
import { compare } from 'bcryptjs'
import { JobQueue } from './job-queue.ts'

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

/** A bcrypt of the usual cost takes 70 ms, and as long passes until the next: the last of so many waits two seconds. */
const maxWaiting = 16

export class PasswordCheck {
  readonly #key = randomBytes(32)
  readonly #known = new Set<string>()
  // bcryptjs works in this thread and leaves it to others only every 100 ms.
  readonly #checks = new JobQueue(maxWaiting)

  /**
   * A pair that was found right before is `right` at once, whoever else waits. Others wait for their turn: `left`
   * where `client` aborted before it came, `full` where too many wait already. An unknown user takes as long as a known
   * one with a wrong password.
   */
  async judge(
    users: ReadonlyMap<string, string>,
    { name, password }: Credentials,
    client: AbortSignal,
  ): Promise<'right' | 'wrong' | 'left' | 'full'> {
    const hash = users.get(name)
    const digest = this.#digest(name, hash ?? '', password)
    if (this.#known.has(digest)) return 'right'

    const [anyHash] = users.values()
    const compared = hash ?? anyHash
    if (compared === undefined) return 'wrong'
    // Several scrapes may come at once with a pair that the first of them makes known.
    const isMatch = await this.#checks.run(
      async () => this.#known.has(digest) || compare(password, compared),
      client,
    )
    if (isMatch === 'left' || isMatch === 'full') return isMatch
    if (!isMatch || hash === undefined) return 'wrong'
    this.#remember(digest)
    return 'right'
  }

  #remember(digest: string): void {
    const [oldest] = this.#known
    if (this.#known.size >= maxKnown && oldest !== undefined) this.#known.delete(oldest)
    this.#known.add(digest)
  }

  #digest(...parts: string[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64')
  }
}
