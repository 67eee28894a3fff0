// A directory that becomes the content of a package. Modes are set explicitly, whatever the umask is.
import {
  chmodSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface Entry {
  /** Relative to the tree, without a leading slash. */
  readonly path: string
  readonly isDirectory: boolean
  readonly size: number
}

/** Everything in the tree, each directory before what it holds, sorted by name. */
export function entries(tree: string, below = ''): Entry[] {
  return readdirSync(join(tree, below))
    .sort()
    .flatMap((name) => {
      const path = join(below, name)
      const state = lstatSync(join(tree, path))
      const entry = { path, isDirectory: state.isDirectory(), size: state.size }
      return entry.isDirectory ? [entry, ...entries(tree, path)] : [entry]
    })
}

export function put(tree: string, path: string, content: string | Buffer, mode = 0o644): void {
  const target = join(tree, path)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, content)
  chmodSync(target, mode)
}

export function copy(tree: string, path: string, source: string, mode = 0o644): void {
  put(tree, path, readFileSync(source), mode)
}

/** Gives directories mode 0755 and everything the time of the sources. */
export function settle(tree: string, seconds: number): void {
  for (const { path, isDirectory } of [...entries(tree), { path: '', isDirectory: true }].reverse()) {
    if (isDirectory) chmodSync(join(tree, path), 0o755)
    lutimesSync(join(tree, path), seconds, seconds)
  }
}

/** As dpkg-gencontrol counts it: files in whole KiB, directories as 1 KiB each. */
export function installedKibibytes(tree: string): number {
  return entries(tree).reduce(
    (sum, { isDirectory, size }) => sum + (isDirectory ? 1 : Math.ceil(size / 1024)),
    0,
  )
}

/** Without a name and a time, so that the same content gives the same bytes. */
export function gzip(content: string): Buffer {
  return gzipSync(content, { level: 9 })
}
