// Building and installing by DKMS so that a version which does not compile leaves the one that works in place.
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { packageName, packageVersion, parseDkmsStatus } from './module-package.ts'
import { outputOf, run, StepError, say } from './step.ts'

/** Where DKMS works: by default where the host's own is. */
export interface Trees {
  /** Sources, one directory each version. */
  readonly sources: string
  /** Options of every call that name the other trees. */
  readonly options: readonly string[]
}

const hostTrees: Trees = { sources: '/usr/src', options: [] }

/** The sources' place for DKMS; what an earlier copy had more is gone. Without what a build left behind. */
function copySources(from: string, sources: string): string {
  const to = join(sources, `${packageName}-${packageVersion(from)}`)
  rmSync(to, { recursive: true, force: true })
  // Through links, as DKMS copies the folder once more.
  cpSync(from, to, { recursive: true, dereference: true, filter: (path) => basename(path) !== 'build' })
  return to
}

/**
 * Installs the modules in `from` for `kernel` and removes every other version, for all kernels. Throws a StepError;
 * where the modules do not compile nothing has changed.
 */
export function build(from: string, kernel: string, { sources, options }: Trees = hostTrees): void {
  const version = packageVersion(from)
  const named = (of: string) => ['-m', packageName, '-v', of]
  const scratch = mkdtempSync(join(tmpdir(), 'kvminfo-dkms-'))
  try {
    say(`Build version ${version} for kernel ${kernel} apart, to see that it compiles`)
    for (const name of ['tree', 'sources']) mkdirSync(join(scratch, name))
    copySources(from, join(scratch, 'sources'))
    const apart = ['--dkmstree', join(scratch, 'tree'), '--sourcetree', join(scratch, 'sources')]
    run('dkms', 'build', ...named(version), '-k', kernel, ...options, ...apart)
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    const logs = globSync(join(scratch, 'tree', '**', 'make.log')).map((path) => readFileSync(path, 'utf8'))
    throw new StepError(`${logs.join('')}${error.message}\nNothing was changed.`)
  } finally {
    rmSync(scratch, { recursive: true })
  }
  for (const known of parseDkmsStatus(outputOf('dkms', 'status', packageName, ...options))) {
    say(`Remove version ${known}, which DKMS has already`)
    run('dkms', 'remove', ...named(known), '--all', ...options)
    rmSync(join(sources, `${packageName}-${known}`), { recursive: true, force: true })
  }
  say(`Copy the sources to ${copySources(from, sources)}`)
  say(`Build and install for kernel ${kernel}`)
  run('dkms', 'install', ...named(version), '-k', kernel, ...options)
}
