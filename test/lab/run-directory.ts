// The directory that tells one run of the machine what to do; the machine's init mounts it as /run. It also holds the
// sockets of the ports and the console log.

import { mkdtemp, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join, relative, sep } from 'node:path'
import { project } from './artefacts.ts'
import type { Kernel } from './kernels.ts'

export interface Task {
  /** Absolute path of the file to run; undefined for a prompt. */
  file: string | undefined
  /** What commandFor() returns for the file. */
  command: readonly string[] | undefined
  args: readonly string[]
  kernel: Kernel
  modules: string
  /** The directory that the machine sees as /project/dist. */
  program: string
  guests: string
  loadModules: boolean
}

export async function makeRunDirectory(task: Task): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'kvminfo-lab-'))
  const write = (name: string, text: string): Promise<void> => writeFile(join(directory, name), text)
  const config = {
    project,
    case: dirname(task.file ?? project),
    modules: task.modules,
    program: task.program,
    guests: task.guests,
    kernel: task.kernel.directory,
    release: task.kernel.release,
  }
  const lines = Object.entries(config).map(([key, value]) => `${key}=${value}\n`)
  await write('config', lines.join(''))
  if (task.command) await write('argv', [...task.command, ...task.args, ''].join('\0'))
  else await write('shell', `${process.stdout.rows ?? 24} ${process.stdout.columns ?? 80}\n`)
  if (!task.loadModules) await write('no-modules', '')
  return directory
}

/**
 * --test-force-exit, because a case whose `before` fails may leave programs behind for which it would wait until its timeout,
 * instead of saying at once what failed. Without effect on a file without tests.
 */
const node = ['node', '--test-force-exit']

const interpreters: Record<string, readonly string[]> = {
  '.sh': ['sh'],
  '.ts': node,
  '.mts': node,
  '.js': node,
  '.mjs': node,
}

/** The command that runs FILE inside: FILE itself if it is executable, otherwise the interpreter for its extension. */
export async function commandFor(file: string): Promise<string[]> {
  const found = await stat(file).catch((cause) => {
    throw new Error(`there is no file ${file} to run in the lab`, { cause })
  })
  if (!found.isFile()) throw new Error(`${file} is not a file: the lab runs a script or a program`)
  // A file of the project keeps its path in the project, so that its imports work.
  const place = relative(project, file)
  const inside = place.startsWith(`..${sep}`) ? join('/case', basename(file)) : join('/project', place)
  if (found.mode & 0o111) return [inside]
  const interpreter = interpreters[extname(file)]
  if (!interpreter)
    throw new Error(
      `cannot run ${file}: it is not executable and does not end in one of ${Object.keys(interpreters).join(' ')}`,
    )
  return [...interpreter, inside]
}
