// The sources of a package: the files that git tracks, and the time of the commit.
// Untracked files never get into a package, because two clones of one commit must give the same bytes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PackageError, run } from './step.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export const readSource = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Tracked files under `directory`, relative to the root, sorted. */
export function trackedFiles(directory: string): string[] {
  const files = run('git', ['ls-files', '-z', '--', directory], { cwd: root })
    .split('\0')
    .filter((path) => path !== '')
  if (files.length === 0) throw new PackageError(`git tracks no file in ${directory}`)
  return files.sort()
}

/** Whether a file differs from the commit, or is not part of it. */
export function isDirty(): boolean {
  return run('git', ['status', '--porcelain'], { cwd: root }) !== ''
}

/** Seconds since the Unix epoch that every file of a package gets: $SOURCE_DATE_EPOCH, or the time of the commit. */
export function sourceDate(): number {
  const text =
    process.env.SOURCE_DATE_EPOCH ?? run('git', ['log', '-1', '--format=%ct'], { cwd: root }).trim()
  if (!/^\d+$/.test(text)) throw new PackageError(`SOURCE_DATE_EPOCH is '${text}', not a number of seconds`)
  return Number(text)
}

interface Manifest {
  readonly version: string
  readonly description: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
}

export const manifest = JSON.parse(readSource('package.json')) as Manifest
