// One scrape: runs every collector on a snapshot, isolated and timed, and writes the text of one response.
import type { Collector } from '../collectors/collector.ts'
import type { ByteWriter } from '../exposition/byte-writer.ts'
import { Exposition } from '../exposition/exposition.ts'
import type { Format } from '../exposition/format.ts'
import type { Logger } from '../log/logger.ts'
import {
  buildInfo,
  collectorDuration,
  collectorSuccess,
  collectorSupported,
  snapshotDuration,
  up,
} from '../metrics/exporter.ts'
import { noLabels, renderLabels } from '../metrics/labels.ts'
import type { HostSnapshot, SnapshotSource } from '../model/host-snapshot.ts'
import { whyNoVms } from '../sources/why-no-vms.ts'
import { FaultLog, faultCode } from './fault-log.ts'
import { ObservedSnapshot } from './observed-snapshot.ts'
import { SelfMetrics } from './self-metrics.ts'

export interface ScraperOptions {
  readonly source: SnapshotSource
  readonly version: string
  readonly hasProcessMetrics: boolean
  readonly log: Logger
}

interface Outcome {
  readonly collector: string
  readonly seconds: number
  readonly isSuccess: boolean
  readonly isSupported: boolean
}

export class Scraper {
  readonly #source: SnapshotSource
  readonly #faults: FaultLog
  readonly #selfMetrics: SelfMetrics
  readonly #buildLabels

  constructor(options: ScraperOptions) {
    this.#source = options.source
    this.#faults = new FaultLog(options.log)
    this.#selfMetrics = new SelfMetrics(options)
    this.#buildLabels = renderLabels({ version: options.version, nodeversion: process.version })
  }

  /** Appends the whole response to `writer`. Rejects only if no snapshot can be taken at all. */
  async scrape(collectors: readonly Collector[], format: Format, writer: ByteWriter): Promise<void> {
    const exposition = new Exposition(format, writer)
    const startedAt = performance.now()
    const snapshot = await this.#source.snapshot()
    const snapshotSeconds = (performance.now() - startedAt) / 1000
    const outcomes = collectors.map((collector) => this.#run(collector, snapshot, exposition))
    const noVms = whyNoVms(snapshot)
    if (noVms !== undefined) this.#faults.noVms(noVms)
    exposition.family(up)
    exposition.sample(noLabels, noVms === undefined ? 1 : 0)
    exposition.family(snapshotDuration)
    exposition.sample(noLabels, snapshotSeconds)
    writeOutcomes(outcomes, exposition)
    exposition.family(buildInfo)
    exposition.sample(this.#buildLabels, 1)
    await this.#selfMetrics.write(exposition)
    exposition.end()
  }

  #run(collector: Collector, snapshot: HostSnapshot, exposition: Exposition): Outcome {
    const observed = new ObservedSnapshot(snapshot)
    const mark = exposition.mark()
    const startedAt = performance.now()
    let isSuccess = true
    let isSupported = true
    try {
      collector.collect(observed, exposition)
    } catch (cause) {
      exposition.rollBack(mark)
      // A feature that the kernel does not have is not a failure.
      isSupported = faultCode(asError(cause)) !== 'NOT_SUPPORTED'
      isSuccess = !isSupported
      this.#faults.collectorFailed(collector.name, asError(cause))
    }
    const seconds = (performance.now() - startedAt) / 1000
    for (const { error, isUnconfirmed } of observed.problems) {
      const code = faultCode(error)
      // The series of a VM that ended during the scrape end too, so nothing is missing.
      if (code !== 'VM_VANISHED' && isUnconfirmed !== true) isSuccess = false
      this.#selfMetrics.countVmProblem(collector.name, code)
    }
    this.#faults.vmsLostSeries(collector.name, observed.problems)
    return { collector: collector.name, seconds, isSuccess, isSupported }
  }
}

function writeOutcomes(outcomes: readonly Outcome[], exposition: Exposition): void {
  exposition.family(collectorDuration)
  for (const { collector, seconds } of outcomes) exposition.sample(renderLabels({ collector }), seconds)
  exposition.family(collectorSuccess)
  for (const { collector, isSuccess } of outcomes) {
    exposition.sample(renderLabels({ collector }), isSuccess ? 1 : 0)
  }
  exposition.family(collectorSupported)
  for (const { collector, isSupported } of outcomes) {
    exposition.sample(renderLabels({ collector }), isSupported ? 1 : 0)
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
