// Reads files that a stranger may have chosen: at most so many bytes of each, and a configuration only if it is a file.
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { isAbsolute, normalize } from 'node:path/posix'
import { maxBytes } from './budget.ts'

/** The first `max` bytes of the file at `path`, or all of a shorter one. */
export async function readBounded(path: string, max: number): Promise<Buffer> {
  const file = await open(path)
  try {
    return await firstBytes(file, max)
  } finally {
    await file.close()
  }
}

/**
 * The file that QEMU reads for `-readconfig path`, in the root of its process or, if the path is relative, in its working
 * directory. `process` is the directory /proc/<pid>. undefined if the file is absent, may not be read, is no regular
 * file, is a symbolic link (which would lead out of that root), or is larger than `maxBytes`.
 */
export async function readConfigFile(process: string, path: string): Promise<string | undefined> {
  const inside = isAbsolute(path) ? join('root', normalize(path)) : join('cwd', normalize(path))
  if (inside.includes('..')) return undefined
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_NOFOLLOW
  const file = await open(join(process, inside), flags).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const stat = await file.stat()
    if (!stat.isFile() || stat.size > maxBytes) return undefined
    return (await firstBytes(file, maxBytes)).toString('utf8')
  } catch {
    return undefined
  } finally {
    await file.close()
  }
}

const chunkBytes = 16_384

async function firstBytes(file: FileHandle, max: number): Promise<Buffer> {
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
