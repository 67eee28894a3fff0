// The journal while this process writes to it: every change is one durable transaction with at least one event.
import { join } from 'node:path'
import { KvminfoError } from '../../errors.ts'
import type { Logger } from '../../log/logger.ts'
import { type Ballast, BallastFile } from './ballast.ts'
import { append, type Head, head } from './chain.ts'
import { type Clock, JournalClock, type LastMoment, type Moment } from './clock.ts'
import { type Database, isDiskFull, journalError, openDatabase, type Reader, type Value } from './database.ts'

/**
 * `new`: takes on more work; refused while the disk is full. `ongoing`: belongs to what has been begun, such as an outcome
 * or an undo; may use the space of the ballast.
 */
export type Need = 'new' | 'ongoing'

/** What a change may do. */
export interface Transaction extends Reader {
  /** The same for the whole transaction. */
  readonly now: Moment
  run(sql: string, ...values: Value[]): { readonly changes: number; readonly id: number }
  /** `body` must fit in JSON. */
  append(runId: number | null, kind: string, body: unknown): void
}

export interface JournalParts {
  readonly database: Database
  readonly ballast: Ballast
  readonly clock: Clock
  /** Identifies this boot of the host. */
  readonly boot: string
  readonly log: Logger
}

export class Journal implements Reader {
  readonly #database: Database
  readonly #ballast: Ballast
  readonly #clock: JournalClock
  readonly #log: Logger
  #isFull = false
  #failure: Error | undefined

  /** What was intended before this process started and has no outcome becomes `unknown`. */
  constructor({ database, ballast, clock, boot, log }: JournalParts) {
    this.#database = database
    this.#ballast = ballast
    this.#log = log
    this.#clock = new JournalClock(clock, boot, lastMoment(database))
    this.#isFull = !ballast.restore()
    if (this.#isFull) this.#warnFull()
    this.write('ongoing', (transaction) => {
      transaction.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', 'boot', boot)
      transaction.append(null, 'started', { boot })
      forgetAnswers(transaction)
    })
  }

  /** Whether nothing new is accepted, because the disk is full. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Why nothing at all can be written any more; undefined if all is well. */
  get failure(): Error | undefined {
    return this.#failure
  }

  get head(): Head {
    return head(this.#database)
  }

  get now(): Moment {
    return this.#clock.now()
  }

  all<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#database.all<Row>(sql, ...values)
  }

  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    return this.#database.get<Row>(sql, ...values)
  }

  each<Row>(sql: string, ...values: Value[]): Iterable<Row> {
    return this.#database.each<Row>(sql, ...values)
  }

  /**
   * Commits everything that `change` does, or nothing. It is on the disk when this returns. `change` may run twice, the
   * first time being rolled back. Throws JOURNAL_FULL, JOURNAL_FAILED, JOURNAL_CORRUPT, or what `change` throws.
   */
  write<Result>(need: Need, change: (transaction: Transaction) => Result): Result {
    if (this.#failure !== undefined) throw this.#failure
    if (need === 'new' && this.#isFull) throw this.#fullError()
    try {
      return this.#attempt(change)
    } catch (error) {
      if (!isDiskFull(error)) throw this.#fail(error)
      this.#ballast.drop()
      if (!this.#isFull) {
        this.#isFull = true
        this.#warnFull()
      }
      if (need === 'new') throw this.#fullError(error)
    }
    try {
      return this.#attempt(change)
    } catch (error) {
      throw isDiskFull(error) ? this.#fullError(error) : this.#fail(error)
    }
  }

  /** To be called now and then: takes the ballast's space again, and accepts new work, once the disk has room. */
  checkSpace(): void {
    if (!this.#isFull || !this.#ballast.restore()) return
    this.#isFull = false
    this.#log.info({ file: this.#database.path }, 'the journal has space again; new alerts are accepted')
  }

  close(): void {
    this.#database.close()
  }

  #attempt<Result>(change: (transaction: Transaction) => Result): Result {
    const database = this.#database
    return database.transaction(() => {
      const now = this.#clock.now()
      return change({
        now,
        all: (sql, ...values) => database.all(sql, ...values),
        get: (sql, ...values) => database.get(sql, ...values),
        each: (sql, ...values) => database.each(sql, ...values),
        run: (sql, ...values) => database.run(sql, ...values),
        append: (runId, kind, body) => append(database, now, runId, kind, body),
      })
    })
  }

  /**
   * After an I/O error or in a damaged file, a later commit may be lost at the next start even though SQLite acknowledges
   * it. So nothing more is written until the program is started again.
   */
  #fail(cause: unknown): unknown {
    const error = journalError(cause, this.#database.path)
    if (
      error instanceof KvminfoError &&
      (error.code === 'JOURNAL_FAILED' || error.code === 'JOURNAL_CORRUPT')
    ) {
      this.#failure = error
      this.#log.error({ err: error }, 'the journal cannot be written any more; restart after fixing the disk')
    }
    return error
  }

  #fullError(cause?: unknown): KvminfoError {
    return new KvminfoError(
      'JOURNAL_FULL',
      `no space is left for the journal ${this.#database.path}; nothing new is begun until there is some`,
      { cause },
    )
  }

  #warnFull(): void {
    this.#log.error(
      { file: this.#database.path },
      'no space is left for the journal; new alerts are refused, what was begun is still finished and undone',
    )
  }
}

/** Opens the journal in `directory` for this process alone. Throws as openDatabase. */
export function openJournal(directory: string, parts: Omit<JournalParts, 'database' | 'ballast'>): Journal {
  const database = openDatabase(directory)
  try {
    return new Journal({ ...parts, database, ballast: new BallastFile(join(directory, 'journal.ballast')) })
  } catch (error) {
    database.close()
    throw journalError(error, database.path)
  }
}

function lastMoment(database: Database): LastMoment | undefined {
  const last = database.get<Moment>('SELECT at, uptime, age FROM event ORDER BY seq DESC LIMIT 1')
  const boot = database.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', 'boot')?.value
  return last === undefined || boot === undefined ? undefined : { ...last, boot }
}

/** The process that asked has ended, so nobody knows whether the operation was executed. */
function forgetAnswers({ all, run, append }: Transaction): void {
  for (const { run_id, n } of all<{ run_id: number; n: number }>(
    "SELECT run_id, n FROM step WHERE phase = 'intent'",
  )) {
    run("UPDATE step SET phase = 'unknown' WHERE run_id = ? AND n = ?", run_id, n)
    append(run_id, 'outcome', { step: n, phase: 'unknown', why: 'the program ended before the answer' })
  }
}
