// Parses /proc/<pid>/status: `Name:\tvalue` lines. It searches the bytes, because each scrape reads one file per VM.
import { KvminfoError } from '../../errors.ts'

const zero = 48
const blank = 32
const tab = 9

/** The name of a line to find. Create it once and use it for every file. */
export class StatusLine {
  readonly name: string
  readonly #label: Buffer

  constructor(name: string) {
    this.name = name
    this.#label = Buffer.from(`\n${name}:`)
  }

  /** The number in a line such as `VmRSS:\t   39984 kB`; undefined if the line or the number is missing. */
  number(status: Buffer): number | undefined {
    const start = status.indexOf(this.#label)
    if (start === -1) return undefined
    let at = start + this.#label.length
    while (status[at] === blank || status[at] === tab) at++
    const first = at
    let value = 0
    for (; ; at++) {
      const digit = (status[at] ?? 0) - zero
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    return at === first ? undefined : value
  }

  /** Like `number`, but throws SOURCE_MALFORMED. `subject` is the file's name in the message. */
  required(status: Buffer, subject: string): number {
    const value = this.number(status)
    if (value === undefined) {
      throw new KvminfoError('SOURCE_MALFORMED', `${subject} has no line ${this.name} with a number`)
    }
    return value
  }
}
