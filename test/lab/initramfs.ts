// Makes an initramfs: an init, a few files, and kernel modules with all their dependencies, in load order.

import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { execa } from 'execa'
import { type Kernel, moduleTree } from './kernels.ts'

/**
 * Writes `directory`/initrd. `files` maps a path in the initramfs to a file of ours.
 * Modules end up in /modules, their load order in /modules/order (one name per line). `first` are paths of modules that
 * do not come with the kernel and are loaded before all others.
 */
export async function makeInitramfs(
  directory: string,
  kernel: Kernel,
  modules: readonly string[],
  files: Record<string, string>,
  signal: AbortSignal,
  first: readonly string[] = [],
): Promise<void> {
  const root = join(directory, 'root')
  for (const empty of ['modules', 'proc', 'sys', 'dev']) await mkdir(join(root, empty), { recursive: true })
  const names: string[] = []
  for (const path of [...first, ...(await loadOrder(kernel, modules))]) {
    const name = basename(path).replace(/\.xz$/, '')
    const { stdout } = await execa(
      path.endsWith('.xz') ? 'xz' : 'cat',
      path.endsWith('.xz') ? ['-dc', path] : [path],
      {
        encoding: 'buffer',
        maxBuffer: 64 * 2 ** 20,
        cancelSignal: signal,
      },
    )
    await writeFile(join(root, 'modules', name), stdout)
    names.push(name)
  }
  await writeFile(join(root, 'modules', 'order'), `${names.join('\n')}\n`)
  for (const [inside, source] of Object.entries(files)) {
    const path = join(root, inside)
    await mkdir(dirname(path), { recursive: true })
    await copyFile(source, path)
    await chmod(path, 0o755)
  }
  // Not compressed, because the emulated CPU would take longer to unpack the archive than to read it.
  await execa('sh', ['-c', 'find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 > ../initrd'], {
    cwd: root,
    cancelSignal: signal,
  })
}

/** Paths of the modules and their dependencies, each after the modules that it needs. Leaves out built-in ones. */
async function loadOrder(kernel: Kernel, modules: readonly string[]): Promise<string[]> {
  const tree = moduleTree(kernel)
  const dependencies = new Map<string, { path: string; needs: string[] }>()
  for (const line of (await readFile(join(tree, 'modules.dep'), 'utf8')).split('\n')) {
    const [path = '', needs = ''] = line.split(':')
    if (path) dependencies.set(moduleName(path), { path, needs: needs.split(' ').filter(Boolean) })
  }
  const builtIn = new Set((await readFile(join(tree, 'modules.builtin'), 'utf8')).split('\n').map(moduleName))
  const order = new Set<string>()
  for (const name of modules) {
    if (builtIn.has(name)) continue
    const found = dependencies.get(name)
    if (!found)
      throw new Error(`Linux ${kernel.release} has no module ${name}, neither loadable nor built in`)
    // modules.dep lists dependencies in reverse load order.
    for (const path of [...found.needs.reverse(), found.path]) order.add(join(tree, path))
  }
  return [...order]
}

function moduleName(path: string): string {
  return basename(path)
    .replace(/\.ko(\.xz)?$/, '')
    .replaceAll('-', '_')
}
