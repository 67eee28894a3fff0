// Basic authentication against bcrypt hashes. Because a bcrypt for every scrape would be too expensive, a correct pair of
// name and password is remembered as a keyed digest. Wrong pairs are not remembered, so that nobody can fill the memory
// by guessing.
import { createHmac, randomBytes } from 'node:crypto'
import { compare } from 'bcryptjs'
import { JobQueue } from './job-queue.ts'

export interface Credentials {
  readonly name: string
  readonly password: string
}

/** Parses an `Authorization` header; undefined if it is missing, malformed or of another scheme. */
export function parseBasicCredentials(header: string | undefined): Credentials | undefined {
  const [, base64] = /^basic +([\w+/]+=*)$/i.exec(header ?? '') ?? []
  if (base64 === undefined) return undefined
  const text = Buffer.from(base64, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon === -1 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** More than the users of any sensible file; the digests of changed hashes stay until newer ones replace them. */
const maxKnown = 100

/** A bcrypt of the usual cost takes 70 ms and is followed by a pause of 70 ms, so the last of 16 waits two seconds. */
const maxWaiting = 16

export class PasswordCheck {
  readonly #key = randomBytes(32)
  readonly #known = new Set<string>()
  // bcryptjs runs in this thread and yields only every 100 ms.
  readonly #checks = new JobQueue(maxWaiting)

  /**
   * A pair that was correct before is `right` immediately, without waiting. Other pairs wait for their turn: `left` means
   * that `client` aborted before it came, `full` that too many wait already. An unknown user takes as long as a known user
   * with a wrong password.
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
    // Checked again because several scrapes may wait with the same pair, which the first of them makes known.
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
