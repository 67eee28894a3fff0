// What one process may cost. Any user can start a process with any command line, so each command line has a budget. Each
// step of the parser is charged to it: a byte, an item, a look-up. A command line beyond its budget is not used at all.

/** Bytes of a command line, and of each file that it names. The largest of real VMs, with 300 disks, have 300 kB. */
export const maxBytes = 1_048_576
/** Words of a command line, and lines of a file that it names. */
export const maxWords = 32_768
/** Items of one option; bytes of one option that is written in JSON. */
export const maxItems = 1_024
export const maxJsonBytes = 65_536
/** Options that give a device: -device, -drive, -nic, an image, … */
export const maxDeviceOptions = 4_096
/** All steps together. A real VM takes some ten thousand. */
const maxSteps = 16 * maxBytes

/** Says in `message` what the command line has too much of: `more than 32768 words`. */
export class BudgetExceeded extends Error {}

export class Budget {
  readonly #max: number
  #spent = 0

  constructor(max = maxSteps) {
    this.#max = max
  }

  get spent(): number {
    return this.#spent
  }

  spend(steps: number): void {
    this.#spent += steps
    if (this.#spent > this.#max) throw new BudgetExceeded(`more than ${this.#max} steps of work`)
  }

  /** Throws BudgetExceeded if `count` exceeds `max`; `what` is a plural. An unlimited budget has no limit here too. */
  limit(count: number, max: number, what: string): void {
    if (count > max && this.#max !== Number.POSITIVE_INFINITY)
      throw new BudgetExceeded(`more than ${max} ${what}`)
  }
}
