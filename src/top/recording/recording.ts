// Reads a recording: where its lines are, and one frame at a time. Memory does not grow with the length of the frames.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { KvminfoError, systemReason } from '../../errors.ts'
import type { Frame } from '../frame/frame.ts'
import { maxLineBytes, type RecordingHead, readFrame, readHead } from './format.ts'

const newline = 10
const chunkBytes = 256 * 1024

export class Recording {
  readonly head: RecordingHead
  readonly #fd: number
  /** Where each line of a frame starts, and one past the end of the last. */
  readonly #starts: number[] = []

  /** Throws CONFIG_INVALID if `path` cannot be read or is no recording. */
  constructor(path: string) {
    try {
      this.#fd = openSync(path, 'r')
    } catch (cause) {
      throw new KvminfoError('CONFIG_INVALID', `--replay: cannot read ${path}: ${systemReason(cause)}`, {
        cause,
      })
    }
    const ends = this.#lineEnds()
    const headEnd = ends.shift() ?? 0
    this.head = readHead(this.#text(0, Math.min(headEnd, 4096)), path)
    this.#starts.push(headEnd + 1, ...ends.map((end) => end + 1))
    if (this.count === 0)
      throw new KvminfoError('CONFIG_INVALID', `--replay: ${path} has no complete frame yet`)
  }

  /** Complete lines. What follows the last newline was torn, or is being written now. */
  get count(): number {
    return this.#starts.length - 1
  }

  /** undefined if the line is damaged. */
  frame(index: number): Frame | undefined {
    const [start, end] = [this.#starts[index]!, this.#starts[index + 1]! - 1]
    return end - start > maxLineBytes ? undefined : readFrame(this.#text(start, end))
  }

  close(): void {
    closeSync(this.#fd)
  }

  #lineEnds(): number[] {
    const ends: number[] = []
    const chunk = Buffer.allocUnsafe(chunkBytes)
    const { size } = fstatSync(this.#fd)
    for (let at = 0; at < size; ) {
      const count = readSync(this.#fd, chunk, 0, chunk.length, at)
      if (count === 0) break
      for (let end = chunk.indexOf(newline); end !== -1 && end < count; end = chunk.indexOf(newline, end + 1))
        ends.push(at + end)
      at += count
    }
    return ends
  }

  #text(start: number, end: number): string {
    const bytes = Buffer.allocUnsafe(end - start)
    const count = readSync(this.#fd, bytes, 0, bytes.length, start)
    return bytes.toString('latin1', 0, count)
  }
}
