// The lab's artefacts, outside git: each a directory named after what it is and a hash of all it is made from.

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

/** An entry nobody used for this long is removed when a new one of its kind is made. */
const unusedMs = 14 * 24 * 3600 * 1000

/**
 * The directory holding the artefact made by `build` from `inputs`; made if missing.
 * Two labs may ask at once: both build in directories of their own, the first to finish wins.
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
    // mkdtemp() makes it for this user alone; inside the lab other users run what is in it.
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
    if (used && Date.now() - used.mtimeMs > unusedMs) await rm(path, { recursive: true, force: true })
  }
}

/** Names and contents of files and of all files under directories, as inputs of cached(). */
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
