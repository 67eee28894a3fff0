// Builds and installs through DKMS. A version that does not compile leaves the working one in place.
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { packageName, packageVersion, parseDkmsStatus } from './module-package.ts'
import { outputOf, run, StepError, say } from './step.ts'

/** The directories that DKMS uses; by default the host's. */
export interface Trees {
  /** The sources, in one directory for each version. */
  readonly sources: string
  /** Options for every dkms call, which name the other directories. */
  readonly options: readonly string[]
}

const hostTrees: Trees = { sources: '/usr/src', options: [] }

/**
 * Copies the modules' sources, without build output, to where DKMS expects them. Replaces an earlier copy entirely.
 * Returns the new directory.
 */
function copySources(from: string, sources: string): string {
  const to = join(sources, `${packageName}-${packageVersion(from)}`)
  rmSync(to, { recursive: true, force: true })
  // Dereferences links, because DKMS copies the folder again.
  cpSync(from, to, { recursive: true, dereference: true, filter: (path) => basename(path) !== 'build' })
  return to
}

/**
 * Installs the modules in `from` for `kernel` and removes every other version, for all kernels. Throws a StepError on
 * failure. If the modules do not compile, nothing is changed.
 */
export function build(from: string, kernel: string, { sources, options }: Trees = hostTrees): void {
  const version = packageVersion(from)
  const moduleOptions = (of: string) => ['-m', packageName, '-v', of]
  const scratch = mkdtempSync(join(tmpdir(), 'kvminfo-dkms-'))
  try {
    say(`Build version ${version} for kernel ${kernel} in a temporary folder, to check that it compiles`)
    for (const name of ['tree', 'sources']) mkdirSync(join(scratch, name))
    copySources(from, join(scratch, 'sources'))
    const temporary = ['--dkmstree', join(scratch, 'tree'), '--sourcetree', join(scratch, 'sources')]
    run('dkms', 'build', ...moduleOptions(version), '-k', kernel, ...options, ...temporary)
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    const logs = globSync(join(scratch, 'tree', '**', 'make.log')).map((path) => readFileSync(path, 'utf8'))
    throw new StepError(`${logs.join('')}${error.message}\nNothing was changed.`)
  } finally {
    rmSync(scratch, { recursive: true })
  }
  for (const known of parseDkmsStatus(outputOf('dkms', 'status', packageName, ...options))) {
    say(`Remove version ${known}, which DKMS already has`)
    run('dkms', 'remove', ...moduleOptions(known), '--all', ...options)
    rmSync(join(sources, `${packageName}-${known}`), { recursive: true, force: true })
  }
  say(`Copy the sources to ${copySources(from, sources)}`)
  say(`Build and install for kernel ${kernel}`)
  run('dkms', 'install', ...moduleOptions(version), '-k', kernel, ...options)
}
