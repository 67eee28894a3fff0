// Lays out the root file system of the image: the program and its Node as the packages install them, the libraries that
// Node links to, and an account. No shell and no other program.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exporterCopyright } from '../package/copyright.ts'
import { heapLimits } from '../package/launcher.ts'
import { documentation, exporterPackage, leaseSweepPath, programDirectory } from '../package/names.ts'
import { nativeBinaries, type Staging, stageExporter } from '../package/stage.ts'
import { PackageError, run, say } from '../package/step.ts'
import { copy, put, settle } from '../package/tree.ts'

/** What the image runs, and as whom. */
export interface Image {
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly environment: readonly string[]
  /** Numeric, so that Kubernetes can see that it is not root. */
  readonly user: string
}

/** No account of a Linux distribution has this number; images without a distribution use it by convention. */
const userId = 65532

const passwd = `root:x:0:0:root:/:/sbin/nologin
${exporterPackage}:x:${userId}:${userId}:kvminfo exporter:/:/sbin/nologin
`
const group = `root:x:0:
${exporterPackage}:x:${userId}:
`

/** Where the host's file systems are mounted. Their own /proc and /sys are the container's. */
const mountPoints = ['host/proc', 'host/sys', 'host/run']
/** What container runtimes mount themselves; a read-only root needs the directories. */
const runtimeMountPoints = ['dev', 'proc', 'sys', 'tmp', 'run']

export function layOutImage({ tree, version, date }: Staging): Image {
  const staged = mkdtempSync(join(tmpdir(), 'kvminfo-staged-'))
  try {
    stageExporter({ tree: staged, version, date })
    // The image only reads, and has no shell.
    rmSync(join(staged, leaseSweepPath))
    cpSync(join(staged, programDirectory), join(tree, programDirectory), { recursive: true })
  } finally {
    rmSync(staged, { recursive: true })
  }
  say("Copy Node's libraries")
  addLibraries(tree)
  put(tree, 'etc/passwd', passwd)
  put(tree, 'etc/group', group)
  put(tree, join(documentation(exporterPackage), 'copyright'), exporterCopyright())
  for (const path of [...mountPoints, ...runtimeMountPoints]) mkdirSync(join(tree, path), { recursive: true })
  settle(tree, date)

  const { environment, flags } = heapLimits()
  return {
    entrypoint: [`/${programDirectory}/bin/node`, ...flags, `/${programDirectory}/dist/cli/main.js`],
    command: ['serve', '--path.procfs=/host/proc', '--path.sysfs=/host/sys', '--path.rundir=/host/run'],
    environment,
    user: `${userId}:${userId}`,
  }
}

/** Each library at the path where the dynamic linker looks for it, with the licence of its Debian package. */
function addLibraries(tree: string): void {
  const libraries = new Set(nativeBinaries(tree).flatMap((binary) => librariesOf(binary)))
  for (const library of libraries) {
    copy(tree, library, library, 0o755)
    const { name, copyright } = debianPackage(library)
    put(tree, join(documentation(name), 'copyright'), copyright)
  }
}

/** Paths from lines such as `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)`; the linker has no arrow. */
function librariesOf(binary: string): string[] {
  const lines = run('ldd', [binary]).split('\n')
  const missing = lines.find((line) => line.includes('not found'))
  if (missing !== undefined)
    throw new PackageError(`${binary} needs a library that is not installed: ${missing.trim()}`)
  return lines.flatMap((line) => /(?:=> |^\s+)(\/\S+) \(/.exec(line)?.[1] ?? [])
}

/** The package that has the library, whether it lists it under /lib or under /usr/lib, and its licences. */
function debianPackage(library: string): { name: string; copyright: string } {
  const [name = ''] = run('dpkg-query', ['--search', `*${library}`]).split(':', 1)
  const file = join('/', documentation(name), 'copyright')
  if (!existsSync(file)) {
    throw new PackageError(`${file} is missing; the image has to contain the licence of ${library}`)
  }
  return { name, copyright: readFileSync(file, 'utf8') }
}
