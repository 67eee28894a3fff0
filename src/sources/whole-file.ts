// Reads a file of procfs or sysfs, whose size is given as 0, to its end and into one reused buffer.
import { closeSync, openSync, readSync } from 'node:fs'

// Most files read here fit one read: /proc/<pid>/status is 1.5 kB, /proc/meminfo 1.5 kB.
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

  /** As UTF-8; bytes that are none become U+FFFD. */
  text(path: string): string {
    return this.bytes(path).toString('utf8')
  }

  /** For a file that is ASCII where it matters: several times as fast. Other bytes become one character each. */
  ascii(path: string): string {
    return this.bytes(path).toString('latin1')
  }

  #grow(): void {
    const larger = Buffer.allocUnsafeSlow(this.#buffer.length * 2)
    this.#buffer.copy(larger)
    this.#buffer = larger
  }
}
