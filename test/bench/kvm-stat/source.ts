// kvm_stat, a Python program in the kernel's sources. Debian has no package of it, only the sources.

import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { Apt } from '../../lab/apt.ts'
import { cached } from '../../lab/cache.ts'
import type { Progress } from '../part.ts'

/** The sources of the kernel on which it is measured first. They have 140 MB; only this one file of them is kept. */
const source = 'linux-source-6.1'
const inTree = 'tools/kvm/kvm_stat/kvm_stat'

export interface KvmStat {
  /** The lab shows this machine's files, so it has the same path inside. */
  readonly path: string
  /** The source package and its version. */
  readonly version: string
}

export async function kvmStat(progress: Progress): Promise<KvmStat> {
  const signal = new AbortController().signal
  const apt = await Apt.of(undefined, signal)
  const version = await apt.version(source)
  const directory = await cached('kvm-stat', source, [version, inTree], async (draft) => {
    progress(`fetching ${source} ${version} for kvm_stat`)
    await apt.unpack([source], draft)
    // It ends at the first file of that name, long before the end of the archive.
    const words = ['--occurrence=1', '-xf', join('usr', 'src', `${source}.tar.xz`), `${source}/${inTree}`]
    await execa('tar', words, { cwd: draft })
    await rename(join(draft, source, inTree), join(draft, 'kvm_stat'))
    for (const name of [source, 'usr']) await rm(join(draft, name), { recursive: true })
  })
  return { path: join(directory, 'kvm_stat'), version: `${source} ${version}` }
}
