// Reads at most so many bytes of a file that somebody else writes.
import { type FileHandle, open } from 'node:fs/promises'

/** The first `max` bytes of the file at `path`, or all of a shorter one. */
export async function readBounded(path: string, max: number): Promise<Buffer> {
  const file = await open(path)
  try {
    return await firstBytes(file, max)
  } finally {
    await file.close()
  }
}

const chunkBytes = 16_384

/** The first `max` bytes from the current position. */
export async function firstBytes(file: FileHandle, max: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  while (length < max) {
    // Doubles, because each read costs a trip to a thread.
    const size = Math.min(Math.max(chunkBytes, length), max - length)
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(size), 0, size)
    if (bytesRead === 0) break
    chunks.push(buffer.subarray(0, bytesRead))
    length += bytesRead
  }
  return Buffer.concat(chunks)
}
