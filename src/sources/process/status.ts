// The bytes of /proc/<pid>/status: `Name:\tvalue` lines. Searched as bytes, as one is read per VM and scrape.
import { KvminfoError } from '../../errors.ts'

const zero = 48
const blank = 32
const tab = 9

/** A line to look for; made once. */
export class StatusLine {
  readonly name: string
  readonly #label: Buffer

  constructor(name: string) {
    this.name = name
    this.#label = Buffer.from(`\n${name}:`)
  }

  /** The number in a line such as `VmRSS:\t   39984 kB`; undefined where there is no such line or number. */
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

  required(status: Buffer, subject: string): number {
    const value = this.number(status)
    if (value === undefined) {
      throw new KvminfoError('SOURCE_MALFORMED', `${subject} has no line ${this.name} with a number`)
    }
    return value
  }
}
