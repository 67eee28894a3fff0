// Reads a file in /proc the way a program with a small buffer does.

import { closeSync, openSync, readSync } from 'node:fs'

/** Reads the whole file with read() calls of at most `size` bytes. The result has one character per byte. */
export function readInPieces(path: string, size: number): string {
  const fd = openSync(path, 'r')
  const pieces: Buffer[] = []
  try {
    for (;;) {
      const piece = Buffer.alloc(size)
      const got = readSync(fd, piece)
      if (got === 0) return Buffer.concat(pieces).toString('latin1')
      pieces.push(piece.subarray(0, got))
    }
  } finally {
    closeSync(fd)
  }
}
