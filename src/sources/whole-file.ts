// Reads a file of procfs or sysfs to its end into a reused buffer. The kernel gives the size of these files as 0.
import { closeSync, openSync, readSync } from 'node:fs'

// Most files fit into one read: /proc/<pid>/status and /proc/meminfo have 1.5 kB each.
const initialBytes = 64 * 1024

export class WholeFile {
  #buffer = Buffer.allocUnsafeSlow(initialBytes)

  /** The file's bytes, valid until the next read by this instance. Throws Node's own error. */
  bytes(path: string): Buffer {
    const fd = openSync(path, 'r')
    try {
      let length = 0
      for (;;) {
        if (length === this.#buffer.length) this.#grow()
        const count = readSync(fd, this.#buffer, length, this.#buffer.length - length, null)
        if (count === 0) return this.#buffer.subarray(0, length)
        length += count
      }
    } finally {
      closeSync(fd)
    }
  }

  /**
   * Like `bytes`, for files that the kernel makes as one record: stat, status, schedstat and comm of processes and threads
   * (single_open of Linux's fs/seq_file.c). It gives all of such a record to a read that has room for it, so no second
   * read has to find the end.
   */
  record(path: string): Buffer {
    const fd = openSync(path, 'r')
    let length: number
    try {
      length = readSync(fd, this.#buffer, 0, this.#buffer.length, null)
    } finally {
      closeSync(fd)
    }
    return length === this.#buffer.length ? this.bytes(path) : this.#buffer.subarray(0, length)
  }

  /** As UTF-8; invalid bytes become U+FFFD. */
  text(path: string): string {
    return this.bytes(path).toString('utf8')
  }

  /** For files whose relevant parts are ASCII: several times as fast as `text`. Any other byte becomes one character. */
  ascii(path: string): string {
    return this.bytes(path).toString('latin1')
  }

  #grow(): void {
    const larger = Buffer.allocUnsafeSlow(this.#buffer.length * 2)
    this.#buffer.copy(larger)
    this.#buffer = larger
  }
}
