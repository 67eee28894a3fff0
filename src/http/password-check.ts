// Basic authentication against bcrypt hashes. Because a bcrypt for every scrape would be too expensive, a correct pair of
// name and password is remembered as a keyed digest. Wrong pairs are not remembered, so that nobody can fill the memory
// by guessing.
//
// Only passwords of users in the file are worth the time. A name that is not in the file is refused after the same time
// and with the same answers, but takes no place in the queue, so a flood of such names keeps nobody out.
import { createHmac, randomBytes } from 'node:crypto'
import { type Bcrypt, BcryptThread } from './bcrypt-thread.ts'
import { JobQueue } from './job-queue.ts'
import { highestCost, taskOfCost } from './password-cost.ts'

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

/** Each is of another user or another client. The last one waits 9 s if a bcrypt takes 70 ms, which is usual. */
const maxWaiting = 64

/** Attempts with names that are not in the file, which are remembered until they are refused. */
const maxUnknownAttempts = 1_000

/**
 * A refusal comes after four times the time of a check, because a check may wait for another one and for the pause after
 * it, and not before half a second, because the thread must start.
 */
const checksPerRefusal = 4
const minRefusalMs = 500

/** Of a bcrypt of this cost, until one has been measured. */
const usualMs = (cost: number): number => 70 * 2 ** (cost - 10)

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())

type Outcome = 'right' | 'wrong' | 'full'

/** One password of one user from one client, even if several requests bring it. */
class Attempt {
  readonly digest: string
  readonly #outcome: Promise<Outcome>
  readonly #abandoned = new AbortController()
  #waiting = 0

  constructor(digest: string, decide: (abandoned: AbortSignal) => Promise<Outcome>) {
    this.digest = digest
    this.#outcome = decide(this.#abandoned.signal)
  }

  outcomeFor(client: AbortSignal): Promise<Outcome | 'left'> {
    this.#waiting += 1
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting -= 1
        if (this.#waiting === 0) this.#abandoned.abort()
        resolve('left')
      }
      client.addEventListener('abort', leave, { once: true })
      this.#outcome.finally(() => client.removeEventListener('abort', leave)).then(resolve, reject)
    })
  }
}

export class PasswordCheck {
  readonly #key = randomBytes(32)
  readonly #known = new Set<string>()
  readonly #checks = new JobQueue(maxWaiting)
  readonly #bcrypt: Bcrypt
  /** By network and name. */
  readonly #attempts = new Map<string, Attempt>()
  /** The last check without a match. */
  #measured: { readonly cost: number; readonly ms: number } | undefined

  constructor(bcrypt: Bcrypt = new BcryptThread()) {
    this.#bcrypt = bcrypt
  }

  /**
   * A pair that was correct before is `right` immediately. Other pairs wait for their turn: `left` means that `client`
   * aborted before the outcome, `full` that too many wait already, or that another password of this user is being checked
   * for this network. A wrong password and an unknown user are refused after the same time, whatever the users' hashes
   * cost.
   */
  async judge(
    users: ReadonlyMap<string, string>,
    { name, password }: Credentials,
    network: string,
    client: AbortSignal,
  ): Promise<Outcome | 'left'> {
    const hash = users.get(name)
    const digest = this.#digest(name, hash ?? '', password)
    if (this.#known.has(digest)) return 'right'
    if (users.size === 0) return 'wrong'
    if (client.aborted) return 'left'

    const key = this.#digest(network, name)
    const current = this.#attempts.get(key)
    if (current !== undefined && current.digest !== digest) return 'full'
    if (current !== undefined) return current.outcomeFor(client)

    const cost = highestCost(users.values())
    const attempt = new Attempt(digest, async (abandoned) => {
      try {
        return await this.#decide(cost, password, hash, digest, abandoned)
      } finally {
        if (this.#attempts.get(key) === attempt) this.#attempts.delete(key)
      }
    })
    if (hash !== undefined || this.#attempts.size < maxUnknownAttempts) this.#attempts.set(key, attempt)
    return attempt.outcomeFor(client)
  }

  async #decide(
    cost: number,
    password: string,
    hash: string | undefined,
    digest: string,
    abandoned: AbortSignal,
  ): Promise<Outcome> {
    const startMs = performance.now()
    if (this.#checks.isFull) return 'full'
    // An unknown user costs a check too, but only if nobody else wants one.
    if (hash !== undefined || this.#checks.isIdle) {
      const isMatch = await this.#checks.run(() => this.#compare(cost, password, hash), abandoned)
      if (isMatch === 'full') return 'full'
      // Nobody waits for this outcome.
      if (isMatch === 'left') return 'wrong'
      if (isMatch && hash !== undefined) {
        this.#remember(digest)
        return 'right'
      }
    }
    const checkMs = this.#measured?.cost === cost ? this.#measured.ms : usualMs(cost)
    const refusalMs = Math.max(minRefusalMs, checksPerRefusal * checkMs)
    await sleep(Math.max(0, startMs + refusalMs - performance.now()))
    return 'wrong'
  }

  async #compare(cost: number, password: string, hash: string | undefined): Promise<boolean> {
    const { isMatch, ms } = await this.#bcrypt.run(taskOfCost(cost, password, hash))
    // A match is cheaper, because nothing is filled up.
    if (!isMatch) this.#measured = { cost, ms }
    return isMatch
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
