// Reads a file that a QEMU names in -readconfig. The process chose the path and may be hostile, and this program may have more
// privileges than it. So only a regular file is ever opened for reading (opening a device can have effects: a watchdog
// starts), it must belong to root or to the user of the process, and no link leads out of the root of the process.
import { constants } from 'node:fs'
import { type FileHandle, open, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isAbsolute } from 'node:path/posix'
import { firstBytes } from './bounded-file.ts'
import { maxBytes } from './budget.ts'

/** O_PATH, which Node does not define: a descriptor that says what a file is, without opening it. */
const openPath = 0o10000000

const maxLinks = 8
const maxComponents = 256

/**
 * The text of the file `path` in the root of a process or, if the path is relative, in its working directory. `process` is
 * the directory /proc/<pid>, and `uid` the user that runs it. undefined if the file may not be read, for whatever reason, or
 * is larger than `maxBytes`.
 */
export async function readConfigFile(
  process: string,
  uid: number | undefined,
  path: string,
): Promise<string | undefined> {
  const walk = new Walk(process)
  try {
    const file = await walk.to(path)
    const stat = await file?.stat()
    if (file === undefined || stat?.isFile() !== true || stat.size > maxBytes) return undefined
    if (stat.uid !== 0 && stat.uid !== uid) return undefined
    const content = await open(pathOf(file), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    walk.opened.push(content)
    return (await firstBytes(content, maxBytes)).toString('utf8')
  } catch {
    return undefined
  } finally {
    await Promise.all(walk.opened.map((each) => each.close()))
  }
}

const pathOf = ({ fd }: FileHandle): string => `/proc/self/fd/${fd}`

/** Follows a path component by component, as the kernel would for the process itself (openat2 with RESOLVE_IN_ROOT). */
class Walk {
  /** All descriptors. Whoever walks closes them. */
  readonly opened: FileHandle[] = []
  readonly #process: string

  constructor(process: string) {
    this.#process = process
  }

  /** undefined if a component is neither a directory nor a link, or if the path leads above the working directory. */
  async to(path: string): Promise<FileHandle | undefined> {
    /** The directories from the start, `root` or `cwd`, to here. */
    let directories = [await this.#open(join(this.#process, isAbsolute(path) ? 'root' : 'cwd'), 0)]
    let isInRoot = isAbsolute(path)
    let links = 0
    const ahead = path.split('/').reverse()
    for (let passed = 0; passed < maxComponents; passed++) {
      const name = ahead.pop()
      if (name === undefined) return undefined
      if (name === '' || name === '.') continue
      if (name === '..') {
        if (directories.length > 1) directories.pop()
        else if (!isInRoot) return undefined
        continue
      }
      const at = join(pathOf(directories.at(-1)!), name)
      const next = await this.#open(at, constants.O_NOFOLLOW)
      const stat = await next.stat()
      if (stat.isSymbolicLink()) {
        if (++links > maxLinks) return undefined
        const target = await readlink(at)
        if (isAbsolute(target)) {
          directories = [await this.#open(join(this.#process, 'root'), 0)]
          isInRoot = true
        }
        ahead.push(...target.split('/').reverse())
      } else if (stat.isDirectory()) directories.push(next)
      else return ahead.length === 0 ? next : undefined
    }
    return undefined
  }

  async #open(path: string, flags: number): Promise<FileHandle> {
    const file = await open(path, openPath | flags)
    this.opened.push(file)
    return file
  }
}
