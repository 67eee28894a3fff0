// Verifies the chain of the journal while the program runs, a part at a time, so that a change is noticed although nobody
// asks. `kvminfo remediate verify-journal` verifies all of it at once, and the runs too.
import type { Logger } from '../../log/logger.ts'
import { type Bad, type Head, origin, verifyPart } from './chain.ts'
import type { Journal } from './journal.ts'

/** Takes some 20 ms. */
const eventsPerCheck = 2_000

/** Between the beginnings of two walks. */
const walkMs = 86_400_000

export class ChainWatch {
  readonly #journal: Journal
  readonly #log: Logger
  #last: Head = origin
  /** Where the walk before this one ended: a chain that was made anew has another hash there. */
  #known: Head | undefined
  #begun: number
  #bad: Bad | undefined

  constructor(journal: Journal, log: Logger) {
    this.#journal = journal
    this.#log = log
    this.#begun = journal.now.age
  }

  /** False from the first event that is wrong on, until the program is started again. */
  get isIntact(): boolean {
    return this.#bad === undefined
  }

  /** To be called now and then. Verifies the next events, or what came since, and begins again once a day. */
  check(): void {
    if (this.#bad !== undefined) return
    const { age } = this.#journal.now
    if (age - this.#begun >= walkMs && this.#last.seq === this.#journal.head.seq) {
      this.#begun = age
      this.#known = this.#last
      this.#last = origin
    }
    const { last, bad } = verifyPart(this.#journal, this.#last, eventsPerCheck, this.#known)
    this.#last = last
    if (bad === undefined) return
    this.#bad = bad
    this.#log.error(
      { event: bad.seq, reason: bad.why },
      'the journal was changed by somebody else; `kvminfo remediate verify-journal` says more',
    )
  }
}
