// Writes samples as the text of one response. Rolling back to a mark removes everything written after it.

import type { LabelBytes } from '../metrics/labels.ts'
import type { Metric } from '../metrics/metric.ts'
import type { SampleSink } from '../metrics/sample-sink.ts'
import type { ByteWriter } from './byte-writer.ts'
import type { Format } from './format.ts'

export class Exposition implements SampleSink {
  readonly #format: Format
  readonly #writer: ByteWriter
  #family: Metric | undefined
  #name: Uint8Array = Buffer.alloc(0)
  #hasHeader = false

  constructor(format: Format, writer: ByteWriter) {
    this.#format = format
    this.#writer = writer
  }

  family(metric: Metric): void {
    this.#family = metric
    this.#name = Buffer.from(metric.name)
    this.#hasHeader = false
  }

  sample(labels: LabelBytes, value: number): void {
    if (!this.#hasHeader) this.#writeHeader()
    this.#writer.writeSample(this.#name, labels, value)
  }

  #writeHeader(): void {
    if (this.#family === undefined)
      throw new Error('sample() was called before family(): a collector forgot to start a family')
    this.#writer.writeText(this.#format.header(this.#family))
    this.#hasHeader = true
  }

  mark(): number {
    return this.#writer.length
  }

  rollBack(mark: number): void {
    this.#writer.truncate(mark)
    this.#family = undefined
    this.#hasHeader = false
  }

  end(): void {
    this.#writer.writeText(this.#format.trailer)
  }
}
