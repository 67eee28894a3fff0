// Builds a kernel from Debian's source package, with the smallest configuration that the lab's machine needs and a
// fragment of debug-kernels/ that makes the kernel check itself while it runs.

import { readFile, rename, rm, statfs, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import type { Apt } from './apt.ts'
import { cached } from './cache.ts'

/** A built tree, its objects and what is installed of it. */
const neededBytes = 6e9
/** So many are compiled with host.config and either fragment. */
const filesOfKernel = 1500
const progressMs = 5 * 60_000

const configs = join(import.meta.dirname, 'debug-kernels')

/** What modules for a built kernel are built against. */
export function buildTree(directory: string): string {
  return join(directory, 'build')
}

/** Builds the newest kernel that `apt` knows with debug-kernels/<config>.config. Takes half an hour of CPU time, once. */
export async function builtKernel(
  config: string,
  apt: Apt,
  note: (line: string) => void,
  signal: AbortSignal,
): Promise<{ release: string; directory: string }> {
  const source = (await apt.dependencies('linux-source')).find((name) => name.startsWith('linux-source-'))
  if (source === undefined)
    throw new Error(
      'apt does not know the package linux-source: run "apt-get update" (the lab builds Debian\'s sources)',
    )
  const version = await apt.version(source)
  const fragments = ['host', config].map((name) => join(configs, `${name}.config`))
  // Without the paths and this file, so that another clone does not build it again.
  const inputs = [source, version, ...(await Promise.all(fragments.map((path) => readFile(path, 'utf8'))))]
  const directory = await cached('kernels', `${source}-${config}`, inputs, async (draft) => {
    await assertRoom(draft, source)
    note(`lab: building ${source} ${version} with ${config}.config; this takes half an hour of CPU time`)
    const run = (command: string, ...words: string[]): Promise<unknown> =>
      execa(command, words, { cwd: draft, cancelSignal: signal, maxBuffer: 2 ** 28 })
    await apt.unpack([source], draft)
    await run('tar', '-xf', join('usr', 'src', `${source}.tar.xz`))
    const tree = join(draft, source)
    const make = (...words: string[]): Promise<unknown> => run('make', '-s', '-C', tree, ...words)
    await make('tinyconfig')
    await run(
      'sh',
      '-c',
      'cd "$1" && shift && scripts/kconfig/merge_config.sh -m .config "$@"',
      'merge',
      tree,
      ...fragments,
    )
    await make('olddefconfig')
    await assertHas(join(tree, '.config'), fragments)
    await compile(tree, note, signal)
    await make('modules_install', `INSTALL_MOD_PATH=${draft}`)
    // As arch/x86/boot/compressed/Makefile does it. The lab boots it without a bzImage.
    await run('objcopy', '-R', '.comment', '-S', join(tree, 'vmlinux'), 'vmlinux')
    const release = (await readFile(join(tree, 'include', 'config', 'kernel.release'), 'utf8')).trim()
    await writeFile(join(draft, 'release'), release)
    await keepBuildTree(tree, buildTree(draft), run)
    for (const name of [source, 'usr']) await rm(join(draft, name), { recursive: true })
    await rm(join(draft, 'lib', 'modules', release, 'build'), { force: true })
  })
  return { release: await readFile(join(directory, 'release'), 'utf8'), directory }
}

async function assertRoom(directory: string, source: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory)
  const room = bavail * bsize
  if (room < neededBytes)
    throw new Error(
      `building ${source} takes ${gigabytes(neededBytes)} GB, but ${dirname(directory)} has only ${gigabytes(room)} GB left`,
    )
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1)

/** Compiles the kernel, and now and then says how far it is. */
async function compile(tree: string, note: (line: string) => void, signal: AbortSignal): Promise<void> {
  const words = ['-C', tree, `-j${availableParallelism()}`, 'vmlinux', 'modules']
  // Nobody needs the list of files if it fails: the error has make's stderr.
  const making = execa('make', words, { cancelSignal: signal, buffer: { stdout: false } })
  let compiled = 0
  let noted = performance.now()
  for await (const line of making) {
    if (line.startsWith('  CC ') || line.startsWith('  AS ')) compiled++
    if (performance.now() - noted < progressMs) continue
    noted = performance.now()
    note(`lab: compiled ${compiled} of some ${filesOfKernel} files of the kernel`)
  }
}

/** olddefconfig drops a setting without a word if something that it depends on is missing. */
async function assertHas(config: string, fragments: readonly string[]): Promise<void> {
  const lines = new Set((await readFile(config, 'utf8')).split('\n'))
  for (const fragment of fragments) {
    const missing = (await readFile(fragment, 'utf8'))
      .split('\n')
      .filter((line) => line.startsWith('CONFIG_') && !lines.has(line))
    if (missing.length > 0)
      throw new Error(
        `this kernel does not take ${missing.join(', ')} of ${fragment}: add what they depend on`,
      )
  }
}

/** Keeps what external modules need, by the kernel's own script, in the place of two gigabytes of objects. */
async function keepBuildTree(
  tree: string,
  to: string,
  run: (command: string, ...words: string[]) => Promise<unknown>,
): Promise<void> {
  const script = 'cd "$1" && srctree=. SRCARCH=x86 CC=gcc HOSTCC=gcc scripts/package/install-extmod-build out'
  await run('sh', '-c', script, 'extmod', tree)
  await rename(join(tree, 'out'), to)
}
