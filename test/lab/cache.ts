// The cache of the lab's artefacts, outside the repository. Each artefact is a directory named after what it is and a
// hash of everything that it is made from.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  utimes,
} from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'

const cacheRoot = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kvminfo-lab')

const dayMs = 24 * 3600 * 1000

/** An entry that was not used for this long is removed when a new one of its kind is made. */
const unusedMs = 14 * dayMs

/**
 * Returns the directory of the artefact that `build` makes from `inputs`. Calls `build` only if it is not cached yet.
 * If two labs need it at the same time, each builds in its own directory, and the first to finish wins.
 */
export async function cached(
  kind: string,
  label: string,
  inputs: readonly string[],
  build: (directory: string) => Promise<void>,
): Promise<string> {
  const home = join(cacheRoot, kind)
  const path = join(home, `${label}-${hashOf(inputs)}`)
  if (existsSync(path)) {
    const now = new Date()
    await utimes(path, now, now)
    return path
  }
  await mkdir(home, { recursive: true })
  await prune(home)
  const draft = await mkdtemp(join(home, `.${label}-`))
  try {
    await build(draft)
    // mkdtemp() lets only this user in, but inside the lab other users run what is in it.
    await chmod(draft, 0o755)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (!existsSync(path)) throw error
  }
  return path
}

function hashOf(inputs: readonly string[]): string {
  const hash = createHash('sha256')
  for (const input of inputs) hash.update(`${Buffer.byteLength(input)}:`).update(input)
  return hash.digest('hex').slice(0, 16)
}

async function prune(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const path = join(home, name)
    const used = await stat(path).catch(() => undefined)
    // Nothing is built for a day: the lab that made this draft was killed.
    const keptMs = name.startsWith('.') ? dayMs : unusedMs
    if (used && Date.now() - used.mtimeMs > keptMs) await rm(path, { recursive: true, force: true })
  }
}

/** The names and contents of files, and of all files below directories, as inputs for cached(). */
export async function contentsOf(paths: readonly string[], skip: readonly string[] = []): Promise<string[]> {
  const contents: string[] = []
  for (const path of paths) {
    if (skip.includes(basename(path))) continue
    const found = await lstat(path)
    if (found.isDirectory()) {
      const names = (await readdir(path)).sort()
      contents.push(
        ...(await contentsOf(
          names.map((name) => join(path, name)),
          skip,
        )),
      )
    } else {
      contents.push(path, found.isSymbolicLink() ? await readlink(path) : await readFile(path, 'base64'))
    }
  }
  return contents
}
