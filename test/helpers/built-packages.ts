// `npm run package` as an operator runs it, here or in a copy of the sources.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export const run = (file: string, ...args: string[]): string =>
  execFileSync(file, args, { encoding: 'utf8', maxBuffer: 2 ** 26, stdio: ['ignore', 'pipe', 'pipe'] })

/** Tracked files as they are now, also those that are not committed, in a repository of their own. */
export function copySources(directory: string): void {
  const files = run('git', '-C', root, 'ls-files', '-z').split('\0')
  for (const path of files.filter((name) => name !== '')) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    cpSync(join(root, path), join(directory, path), { verbatimSymlinks: true })
  }
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  run('git', '-C', directory, 'init', '--quiet')
  run('git', '-C', directory, 'add', '--all')
}

export interface Surroundings {
  readonly umask: string
  readonly timeZone: string
  readonly language: string
}

/** Builds all packages of `sources` into `output`; returns what it printed. */
export function buildPackages(
  sources: string,
  output: string,
  { umask, timeZone, language }: Surroundings,
): string {
  const { status, stdout, stderr } = spawnSync(
    'sh',
    [
      ...['-c', `umask ${umask}; exec "$@"`, 'sh', process.execPath, 'deploy/package/main.ts'],
      ...['--version', '0.1.0', '--output', output],
    ],
    {
      cwd: sources,
      encoding: 'utf8',
      env: { ...process.env, SOURCE_DATE_EPOCH: '1790000000', TZ: timeZone, LC_ALL: language },
    },
  )
  if (status !== 0) throw new Error(`npm run package failed:\n${stdout}${stderr}`)
  return stdout
}

/** The files in a directory, sorted. */
export const namesIn = (directory: string): string[] => readdirSync(directory).sort()
