// Fetches on its own timer and not during a scrape, because the answer may take long. QMP and libvirt use it.

/** Scrapes usually come every 15 to 60 s. An interval of 10 s keeps the values younger than that. */
const intervalMs = 10_000

/** Older values are not shown: the VM may have stopped answering, and a flat line in a graph would hide that. */
const maxAgeMs = 3 * intervalMs

export interface Aged<T> {
  readonly value: T
  /** When it was fetched, by performance.now(). */
  readonly atMs: number
}

export const isFresh = ({ atMs }: Aged<unknown>): boolean => performance.now() - atMs <= maxAgeMs

/** While enabled, calls `fetch` at once and then at each interval, never twice at the same time. */
export class Background {
  readonly #fetch: () => Promise<void>
  #timer: NodeJS.Timeout | undefined
  #isFetching = false

  /** `fetch` must not reject; it keeps its own errors. */
  constructor(fetch: () => Promise<void>) {
    this.#fetch = fetch
  }

  enable(enabled: boolean): void {
    if (!enabled) {
      clearInterval(this.#timer)
      this.#timer = undefined
    } else if (this.#timer === undefined) {
      this.#timer = setInterval(() => void this.#run(), intervalMs).unref()
      void this.#run()
    }
  }

  async #run(): Promise<void> {
    if (this.#isFetching) return
    this.#isFetching = true
    try {
      await this.#fetch()
    } finally {
      this.#isFetching = false
    }
  }
}
