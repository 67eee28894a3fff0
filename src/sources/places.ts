// Shares a few places fairly among many pieces of work that may hang. Any user can start processes whose command line
// cannot be read or whose QMP socket never answers, so no user may occupy all places.

/** What decides who gets a place. */
export interface Claim {
  /** `processKey` of the process that the work is about. */
  readonly key: string
  /** The user that runs this process; undefined if that is not known. */
  readonly uid: number | undefined
  /** Whether KVM or libvirt says that this process is a VM. */
  readonly isVouchedFor: boolean
}

export interface Shares {
  readonly places: number
  /** Of these, the most for processes that nobody vouches for. */
  readonly ofUnconfirmed: number
  /** Of these, the most for one user's. */
  readonly perUser: number
}

/** Work that failed pauses for so long, then for twice as long after each further failure, up to the maximum. */
export const firstPauseMs = 5_000
export const maxPauseMs = 160_000

interface Failures {
  readonly count: number
  readonly untilMs: number
}

/**
 * First come the processes that KVM or libvirt vouches for, then the users in turn. What failed before comes after what
 * did not.
 */
export class Places<Work extends Claim> {
  readonly #shares: Shares
  readonly #now: () => number
  /** Work that holds a place, by key. */
  readonly #holding = new Map<string, Work>()
  readonly #failures = new Map<string, Failures>()
  #vouchedFor: Work[] = []
  /** By user. The first of the map is the next in turn. */
  #unconfirmed = new Map<number | undefined, Work[]>()

  constructor(shares: Shares, now: () => number = () => performance.now()) {
    this.#shares = shares
    this.#now = now
  }

  get held(): number {
    return this.#holding.size
  }

  holds(key: string): boolean {
    return this.#holding.has(key)
  }

  /** Replaces all that waited. What holds a place or pauses is left out. The earlier of `work` come first. */
  await(work: readonly Work[]): void {
    const waiting = work.filter(({ key }) => !this.#holding.has(key) && !this.#isPausing(key))
    waiting.sort((a, b) => this.#failuresOf(a) - this.#failuresOf(b))
    this.#unconfirmed = Map.groupBy(
      waiting.filter(({ isVouchedFor }) => !isVouchedFor),
      ({ uid }) => uid,
    )
    this.#vouchedFor = waiting.filter(({ isVouchedFor }) => isVouchedFor)
    // In reverse, because `next` takes from the end.
    for (const each of [this.#vouchedFor, ...this.#unconfirmed.values()]) each.reverse()
  }

  /** What waits, in the order in which it would start if no other place were held. */
  waiting(): Work[] {
    return [this.#vouchedFor, ...this.#unconfirmed.values()].flatMap((each) => each.toReversed())
  }

  /** The next piece of work. It holds a place until `release`. undefined if none waits or none may start now. */
  next(): Work | undefined {
    if (this.#holding.size >= this.#shares.places) return undefined
    const work = this.#vouchedFor.pop() ?? this.#nextUnconfirmed()
    if (work !== undefined) this.#holding.set(work.key, work)
    return work
  }

  release({ key }: Work, hasFailed: boolean): void {
    this.#holding.delete(key)
    if (!hasFailed) this.#failures.delete(key)
    else {
      const count = (this.#failures.get(key)?.count ?? 0) + 1
      const pauseMs = Math.min(firstPauseMs * 2 ** (count - 1), maxPauseMs)
      this.#failures.set(key, { count, untilMs: this.#now() + pauseMs })
    }
  }

  /** Forgets the failures of processes that have ended. */
  retain(isRunning: (key: string) => boolean): void {
    for (const key of this.#failures.keys()) if (!isRunning(key)) this.#failures.delete(key)
  }

  /** At most as many users are at their share as there are places, so this is short. */
  #nextUnconfirmed(): Work | undefined {
    const held = [...this.#holding.values()].filter(({ isVouchedFor }) => !isVouchedFor)
    if (held.length >= this.#shares.ofUnconfirmed) return undefined
    for (const [user, waiting] of this.#unconfirmed) {
      if (held.filter(({ uid }) => uid === user).length >= this.#shares.perUser) continue
      const work = waiting.pop()
      // To the end: the other users come first.
      this.#unconfirmed.delete(user)
      if (waiting.length > 0) this.#unconfirmed.set(user, waiting)
      return work
    }
    return undefined
  }

  #isPausing(key: string): boolean {
    const failures = this.#failures.get(key)
    return failures !== undefined && this.#now() < failures.untilMs
  }

  #failuresOf({ key }: Work): number {
    return this.#failures.get(key)?.count ?? 0
  }
}
