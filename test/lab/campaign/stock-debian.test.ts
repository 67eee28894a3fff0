// The packages on a Debian 12: dpkg unpacks Node and DKMS compiles the modules twice, on an emulated CPU.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'vitest'
import { project } from '../artefacts.ts'
import { cached, contentsOf } from '../cache.ts'
import { unpackedKernel } from '../kernels.ts'
import { passes } from '../passes.ts'
import { stockRoot } from '../stock-root.ts'

const versions = ['0.1.0', '0.1.1'] as const
const note = (line: string): void => console.error(line)

/** What the packages are made of; anything else in the project does not change them. */
const sources = [
  'src',
  'kmod',
  'alerts',
  'dashboards/out',
  'deploy',
  'package.json',
  'package-lock.json',
  'README.md',
]

async function builtPackages(): Promise<string> {
  const inputs = await contentsOf(sources.map((name) => join(project, name)))
  return cached('packages-of-ours', 'deb', [...versions, ...inputs], async (draft) => {
    for (const version of versions) {
      note(`building the packages of version ${version}`)
      const words = ['deploy/package/main.ts', '--format', 'deb', '--version', version, '--output', draft]
      execFileSync(process.execPath, words, { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] })
    }
  })
}

const minutes = (count: number): number => count * 60

// Each with what it prints as it prints it: a step every few minutes.
test.each([
  ['stock-debian.sh', minutes(55), versions],
  ['stock-debian-without-headers.sh', minutes(25), [versions[0]]],
] as const)(
  '%s',
  async (name, timeoutSeconds, args) => {
    const disk = await stockRoot(await unpackedKernel('6.1', note), note)
    const packages = await builtPackages()
    await passes(name, {
      disk,
      // One: it runs a VM of real QEMU (qemu.ts).
      cpus: 1,
      loadModules: false,
      args: [packages, ...args],
      timeoutSeconds,
      onOutput: (chunk) => process.stderr.write(chunk),
    })
  },
  minutes(70) * 1000,
)
