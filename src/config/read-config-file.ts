// Reads a configuration file. Never blocks, because that would stop the whole program.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'

/** A bundle of all public certificate authorities has 0.2 MiB. */
export const maxConfigBytes = 1024 * 1024

// Without O_NONBLOCK, opening a named pipe waits until somebody writes to it.
const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY

/**
 * As UTF-8. Throws Node's own error, or one that says why the file is not read. Follows symbolic links. `check` is called
 * first, for the very file that is read then, and may throw an error of its own.
 */
export function readConfigFile(path: string, check: (stat: Stats) => void = () => {}): string {
  const fd = openSync(path, flags)
  try {
    const stat = fstatSync(fd)
    check(stat)
    if (!stat.isFile()) throw new Error('it is not a regular file')
    if (stat.size > maxConfigBytes) throw new Error(`it has more than ${maxConfigBytes / 1024 / 1024} MiB`)
    // No more than the size, in case that somebody appends to it. The new size counts as a change.
    const bytes = Buffer.alloc(stat.size)
    let length = 0
    for (;;) {
      const count = readSync(fd, bytes, length, bytes.length - length, null)
      length += count
      if (count === 0) return bytes.toString('utf8', 0, length)
    }
  } finally {
    closeSync(fd)
  }
}
