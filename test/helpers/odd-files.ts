// What may lie where a file is expected.
import { execFileSync } from 'node:child_process'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Paths of what is no configuration file, by kind. Makes some of them in `directory`. */
export function oddFiles(directory: string): Record<string, string> {
  const pipe = join(directory, 'pipe')
  execFileSync('mkfifo', [pipe])
  const large = join(directory, 'large')
  writeFileSync(large, '')
  truncateSync(large, 1024 * 1024 + 1)
  return {
    directory,
    pipe,
    large,
    device: '/dev/zero',
    terminal: '/dev/ptmx',
    missing: join(directory, 'missing'),
  }
}
