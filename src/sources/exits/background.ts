// What is fetched on its own clock rather than in a scrape, as it may take long: QMP and libvirt.

/** A scrape comes every 15 to 60 s as a rule; ten keep its values younger than that. */
const intervalMs = 10_000

/** Older values are not shown: the VM may have stopped answering, and a flat line would hide it. */
const maxAgeMs = 3 * intervalMs

export interface Aged<T> {
  readonly value: T
  /** By performance.now(). */
  readonly atMs: number
}

export const isFresh = ({ atMs }: Aged<unknown>): boolean => performance.now() - atMs <= maxAgeMs

/** Calls `fetch` at once and then at each interval, never twice at a time, while it is wanted. */
export class Background {
  readonly #fetch: () => Promise<void>
  #timer: NodeJS.Timeout | undefined
  #underWay = false

  /** `fetch` keeps its own errors. */
  constructor(fetch: () => Promise<void>) {
    this.#fetch = fetch
  }

  want(wanted: boolean): void {
    if (!wanted) {
      clearInterval(this.#timer)
      this.#timer = undefined
    } else if (this.#timer === undefined) {
      this.#timer = setInterval(() => void this.#run(), intervalMs).unref()
      void this.#run()
    }
  }

  async #run(): Promise<void> {
    if (this.#underWay) return
    this.#underWay = true
    try {
      await this.#fetch()
    } finally {
      this.#underWay = false
    }
  }
}
