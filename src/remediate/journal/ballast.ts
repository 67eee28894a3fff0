// A file that takes up space beside the journal. When the disk is full, it is removed, so that what has been begun can
// still be written down and undone.

import { randomFillSync } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** Room for some thousands of events: half for the write-ahead log, half for the tables. */
export const ballastBytes = 8 * 1024 * 1024

export interface Ballast {
  /** Frees the space. */
  drop(): void
  /** Takes the space again if that leaves enough for others; whether the ballast is there now. */
  restore(): boolean
}

export class BallastFile implements Ballast {
  readonly #path: string
  readonly #bytes: number

  constructor(path: string, bytes: number = ballastBytes) {
    this.#path = path
    this.#bytes = bytes
  }

  drop(): void {
    try {
      const fd = openSync(this.#path, 'r+')
      try {
        ftruncateSync(fd)
        // Some file systems do not give blocks away again before the change that freed them is on the disk.
        fsyncSync(fd)
      } finally {
        closeSync(fd)
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    rmSync(this.#path, { force: true })
  }

  restore(): boolean {
    if (statSync(this.#path, { throwIfNoEntry: false })?.size === this.#bytes) return true
    const { bavail, bsize } = statfsSync(dirname(this.#path))
    // As much must stay free as the ballast takes, or the next commit would find the disk full again.
    if (bavail * bsize < 2 * this.#bytes) return false
    try {
      this.#write()
      return true
    } catch (error) {
      rmSync(this.#path, { force: true })
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOSPC' || code === 'EDQUOT') return false
      throw error
    }
  }

  #write(): void {
    // Random, because a file system that compresses would give zeros no space.
    const part = randomFillSync(Buffer.alloc(Math.min(this.#bytes, 1024 * 1024)))
    const fd = openSync(this.#path, 'w', 0o600)
    try {
      for (let written = 0; written < this.#bytes; ) {
        written += writeSync(fd, part, 0, Math.min(part.length, this.#bytes - written))
      }
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  }
}
