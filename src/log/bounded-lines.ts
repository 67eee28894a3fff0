// For log lines that a client or a process can cause as often as it likes: a few each minute, and the number of the others.
import type { Logger } from './logger.ts'

const perMinute = 10
const minuteMs = 60_000

export class BoundedLines {
  readonly #log: Logger
  readonly #level: 'debug' | 'warn' | 'error'
  readonly #message: string
  #written = 0
  #leftOut = 0

  constructor(log: Logger, level: 'debug' | 'warn' | 'error', message: string) {
    this.#log = log
    this.#level = level
    this.#message = message
  }

  /** Logs the message with `fields`, or only counts it if this minute has had ten already. */
  write(fields: object): void {
    if (this.#written === 0) setTimeout(() => this.#endMinute(), minuteMs).unref()
    if (this.#written < perMinute) {
      this.#written++
      this.#log[this.#level](fields, this.#message)
    } else this.#leftOut++
  }

  #endMinute(): void {
    const leftOut = this.#leftOut
    this.#written = 0
    this.#leftOut = 0
    if (leftOut > 0)
      this.#log[this.#level]({ leftOut }, `${this.#message}; further lines of the last minute were left out`)
  }
}
