// Debian's packages for the lab: asked of apt and unpacked, never installed.

import { readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'

const debianSuite = join(import.meta.dirname, '..', '..', 'kmod', 'debian-suite.sh')

/** The packages of one Debian suite, or without one those of this system. */
export class Apt {
  readonly #env: Readonly<Record<string, string>>
  readonly #signal: AbortSignal

  private constructor(env: Readonly<Record<string, string>>, signal: AbortSignal) {
    this.#env = env
    this.#signal = signal
  }

  static async of(suite: string | undefined, signal: AbortSignal): Promise<Apt> {
    if (suite === undefined) return new Apt({}, signal)
    const { stdout } = await execa(debianSuite, [suite], { cancelSignal: signal })
    return new Apt({ APT_CONFIG: stdout.trim() }, signal)
  }

  /** Changes when apt's lists do. */
  async state(): Promise<string> {
    const { APT_CONFIG } = this.#env
    const lists = APT_CONFIG === undefined ? '/var/lib/apt/lists' : join(dirname(APT_CONFIG), 'fetched')
    return `${APT_CONFIG} ${(await stat(lists)).mtimeMs}`
  }

  /** What the package depends on; nothing if apt does not know it. */
  async dependencies(packageName: string): Promise<string[]> {
    const asked = await this.#run('apt-cache', ['depends', '--important', packageName], { reject: false })
    return [...asked.matchAll(/Depends: (\S+)/g)].map((match) => match[1]!)
  }

  async version(packageName: string): Promise<string> {
    const shown = await this.#run('apt-cache', ['show', '--no-all-versions', packageName])
    return /^Version: (.+)$/m.exec(shown)![1]!
  }

  async unpack(packageNames: readonly string[], directory: string): Promise<void> {
    // As root, because apt's own sandbox user may not write into a directory that only root can enter.
    const words = ['-q', '-o', 'APT::Sandbox::User=root', 'download', ...packageNames]
    await this.#run('apt-get', words, { cwd: directory })
    for (const name of await readdir(directory)) {
      if (!name.endsWith('.deb')) continue
      await this.#run('dpkg-deb', ['-x', name, '.'], { cwd: directory })
      await rm(join(directory, name))
    }
  }

  async #run(
    command: string,
    words: readonly string[],
    options: { cwd?: string; reject?: boolean } = {},
  ): Promise<string> {
    const { stdout } = await execa(command, words, { env: this.#env, cancelSignal: this.#signal, ...options })
    return stdout
  }
}
