// Looks at the host every few seconds for as long as somebody looks at the page, and forgets all when nobody does:
// an exporter that is only scraped pays nothing for it.
import type { Logger } from '../log/logger.ts'
import type { SnapshotSource } from '../model/host-snapshot.ts'
import { HostHistory } from './host-history.ts'
import { takeSample } from './sample.ts'

export const intervalSeconds = 5
/** From the first look to the second, before which there are no rates to show. */
const firstIntervalSeconds = 1
/** Pages ask at every interval; a hidden one does not ask and is not to lose all when its user looks elsewhere. */
const lingerSeconds = 60

export interface SamplerOptions {
  readonly source: SnapshotSource
  readonly log: Logger
}

export class Sampler {
  readonly #source: SnapshotSource
  readonly #log: Logger
  #history: HostHistory | undefined
  #underWay: Promise<void> | undefined
  #failure: Error | undefined
  #askedAt = 0

  constructor({ source, log }: SamplerOptions) {
    this.#source = source
    this.#log = log
  }

  /** The last minutes, with one look at least. Rejects where the last look failed. */
  async history(): Promise<HostHistory> {
    this.#askedAt = performance.now()
    if (this.#history === undefined) {
      this.#history = new HostHistory()
      this.#failure = undefined
      this.#underWay = this.#look(this.#history)
    }
    const history = this.#history
    if (history.last === undefined) await this.#underWay
    if (this.#failure !== undefined) throw this.#failure
    return history
  }

  async #look(history: HostHistory): Promise<void> {
    try {
      history.add(takeSample(await this.#source.snapshot()))
      this.#failure = undefined
    } catch (error) {
      // A fault that lasts is logged once.
      if (this.#failure === undefined) this.#log.error({ err: error }, 'the live page cannot show this host')
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
    const seconds = history.timeline.length === 1 ? firstIntervalSeconds : intervalSeconds
    setTimeout(() => this.#lookAgain(history), seconds * 1000).unref()
  }

  #lookAgain(history: HostHistory): void {
    if (performance.now() - this.#askedAt > lingerSeconds * 1000) this.#history = undefined
    else this.#underWay = this.#look(history)
  }
}
