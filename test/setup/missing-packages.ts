// Finds out which of the packages are not installed.

import { spawnSync } from 'node:child_process'
import { packages } from './packages.ts'

/** The names of the missing packages. Throws if this system has no dpkg. */
export function missingPackages(): string[] {
  const asked = spawnSync(
    'dpkg-query',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query replaces them.
    ['-W', '-f', '${Package} ${db:Status-Status}\n', ...Object.keys(packages)],
    { encoding: 'utf8' },
  )
  if (asked.error)
    throw new Error('this needs Debian 12 or a derivative: cannot run dpkg-query', {
      cause: asked.error,
    })
  const installed = new Set(asked.stdout.split('\n').filter((line) => line.endsWith(' installed')))
  return Object.keys(packages).filter((name) => !installed.has(`${name} installed`))
}
