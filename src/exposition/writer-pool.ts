// Byte writers that have grown to the size of a response, to be used again: a response of 1,000 VMs is several
// megabytes, and allocating it anew at each scrape is what makes resident memory climb.
import { ByteWriter } from './byte-writer.ts'

/** Two Prometheus servers may scrape at once; what a burst needs beyond that is left to the garbage collector. */
const maxIdle = 2

export class WriterPool {
  readonly #idle: ByteWriter[] = []

  take(): ByteWriter {
    return this.#idle.pop() ?? new ByteWriter()
  }

  /** The writer must no longer be read or written by anybody else. */
  giveBack(writer: ByteWriter): void {
    writer.truncate(0)
    if (this.#idle.length < maxIdle) this.#idle.push(writer)
  }
}
