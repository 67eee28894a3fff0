// Samples the host at an interval while somebody asks for the result, and drops everything when nobody does. Without
// requests it costs nothing.
import type { Logger } from '../log/logger.ts'
import type { SnapshotSource } from '../model/host-snapshot.ts'
import { type HistorySize, HostHistory } from './host-history.ts'
import { takeSample } from './sample.ts'

/** Rates need two samples, so the second one follows soon after the first. */
const firstIntervalSeconds = 1

export interface Sampling extends HistorySize {
  readonly intervalSeconds: number
  /** Sampling stops, and the history is dropped, this long after the last call of `history()`. */
  readonly idleSeconds: number
}

export interface SamplerOptions extends Sampling {
  readonly source: SnapshotSource
  readonly log: Logger
}

export class Sampler {
  readonly #options: SamplerOptions
  #history: HostHistory | undefined
  #underWay: Promise<void> | undefined
  #failure: Error | undefined
  #askedAt = 0

  constructor(options: SamplerOptions) {
    this.#options = options
  }

  /**
   * The history so far, with at least one sample. The first call takes that sample and starts the sampling. Rejects if the
   * last attempt to sample the host failed.
   */
  async history(): Promise<HostHistory> {
    this.#askedAt = performance.now()
    if (this.#history === undefined) {
      this.#history = new HostHistory(this.#options)
      this.#failure = undefined
      this.#underWay = this.#sample(this.#history)
    }
    const history = this.#history
    if (history.last === undefined) await this.#underWay
    if (this.#failure !== undefined) throw this.#failure
    return history
  }

  async #sample(history: HostHistory): Promise<void> {
    const { source, log, intervalSeconds } = this.#options
    try {
      history.add(takeSample(await source.snapshot()))
      this.#failure = undefined
    } catch (error) {
      // Logs a persistent fault once.
      if (this.#failure === undefined) log.error({ err: error }, 'cannot sample this host')
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
    const seconds = history.timeline.length === 1 ? firstIntervalSeconds : intervalSeconds
    setTimeout(() => this.#continue(history), seconds * 1000).unref()
  }

  #continue(history: HostHistory): void {
    if (performance.now() - this.#askedAt > this.#options.idleSeconds * 1000) this.#history = undefined
    else this.#underWay = this.#sample(history)
  }
}
