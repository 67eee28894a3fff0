// Keeps byte writers that have grown to the size of a response and reuses them. A response for 1,000 VMs is several
// megabytes, and allocating that at each scrape makes resident memory climb.
import { ByteWriter } from './byte-writer.ts'

/** Enough for two Prometheus servers that scrape at once. More writers, after a burst, are left to the garbage collector. */
const maxIdle = 2

/** Far more than a response for 4,000 VMs needs. */
const maxIdleBytes = 32 * 1024 * 1024

export class WriterPool {
  readonly #idle: ByteWriter[] = []

  take(): ByteWriter {
    return this.#idle.pop() ?? new ByteWriter()
  }

  /** The caller must not use the writer any more. */
  giveBack(writer: ByteWriter): void {
    writer.truncate(0)
    if (this.#idle.length < maxIdle && writer.capacity <= maxIdleBytes) this.#idle.push(writer)
  }
}
