// The npm packages that the installed program needs, and which of their files.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import type { Cpu } from './names.ts'
import { readSource, root } from './sources.ts'
import { PackageError } from './step.ts'

interface LockEntry {
  readonly version: string
  readonly license?: string
  readonly dev?: boolean
  readonly optional?: boolean
}

export interface Dependency {
  /** Relative to the root, such as `node_modules/express`. */
  readonly directory: string
  readonly name: string
  readonly version: string
  readonly license: string
}

/**
 * The production dependencies of package-lock.json, sorted. Packages for other platforms are optional and not
 * installed. Throws a PackageError if one that is needed is missing from node_modules, or has another version.
 */
export function productionDependencies(): Dependency[] {
  const lock = JSON.parse(readSource('package-lock.json')) as { packages: Record<string, LockEntry> }
  return Object.entries(lock.packages)
    .filter(([directory, { dev }]) => directory !== '' && dev !== true)
    .flatMap(([directory, { version, license, optional }]) => {
      const manifest = join(root, directory, 'package.json')
      if (!existsSync(manifest)) {
        if (optional === true) return []
        throw new PackageError(`${directory} is missing; run "npm ci" first`)
      }
      const installed = JSON.parse(readFileSync(manifest, 'utf8')) as { name: string; version: string }
      if (installed.version !== version) {
        throw new PackageError(
          `${directory} has version ${installed.version}, package-lock.json ${version}; run "npm ci"`,
        )
      }
      return [{ directory, name: installed.name, version, license: license ?? 'unknown' }]
    })
    .sort((a, b) => (a.directory < b.directory ? -1 : 1))
}

/** What Node loads, and the style sheet of the page's charts. No types, maps, sources in C, documents. */
const loadedExtensions = new Set(['.js', '.cjs', '.mjs', '.json', '.node', '.css'])

/** At the top of a package. Deeper down such a name may be code: yaml has its documents in dist/doc. */
const developmentDirectories = new Set([
  ...['test', 'tests', '__tests__', 'specs', 'fixtures', 'benchmarks', 'scripts', 'node_modules'],
  ...['doc', 'docs', 'example', 'examples', '.github', '.husky', 'types', 'typings', 'vendor'],
])

const developmentFiles =
  /^(\..*|eslint\.config\..*|.*\.(test|spec|config)\.[cm]?js|tsconfig.*\.json|cnoke\.cjs)$/

/** Of the files of a package, relative to it, those that the installed program may load. */
export function loadedFiles(packageDirectory: string, cpu: Cpu): string[] {
  const walk = (below: string): string[] =>
    readdirSync(join(packageDirectory, below), { withFileTypes: true }).flatMap((entry) => {
      const path = join(below, entry.name)
      if (entry.isDirectory()) {
        return below === '' && developmentDirectories.has(entry.name) ? [] : walk(path)
      }
      return [path]
    })
  return walk('')
    .filter((path) => loadedExtensions.has(extname(path)) && !developmentFiles.test(basename(path)))
    .filter((path) => extname(path) !== '.node' || path === `linux_${cpu}/koffi.node`)
    .sort()
}
