// The kernels the lab can boot, and where each comes from: Debian's packages, unpacked but never installed.

import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { cached } from './cache.ts'

/** Each line's meta packages, which name the newest kernel that Debian offers of it. */
export const kernels = {
  '6.1': { image: 'linux-image-amd64', headers: 'linux-headers-amd64' },
  '6.1-rt': { image: 'linux-image-rt-amd64', headers: 'linux-headers-rt-amd64' },
  '6.12': { image: 'linux-image-6.12-amd64', headers: 'linux-headers-6.12-amd64' },
} as const

export type KernelLine = keyof typeof kernels

export interface Kernel {
  line: KernelLine
  /** As `uname -r` says it. */
  release: string
  /** The unpacked package: lib/modules/<release> …, and vmlinux. */
  directory: string
}

export function vmlinux(kernel: Kernel): string {
  return join(kernel.directory, 'vmlinux')
}

/** What /lib/modules/<release> is on a system where the package is installed. */
export function moduleTree(kernel: Kernel): string {
  return join(kernel.directory, 'lib', 'modules', kernel.release)
}

export function isKernelLine(name: string): name is KernelLine {
  return Object.hasOwn(kernels, name)
}

export async function unpackedKernel(
  line: KernelLine,
  note: (line: string) => void = console.error,
): Promise<Kernel> {
  const packageName = await newestPackage(kernels[line].image)
  const release = packageName.replace(/^linux-image-/, '')
  const directory = await cached('kernels', release, [packageName, 'vmlinux'], async (draft) => {
    note(`lab: fetching ${packageName}`)
    // Sandbox user: apt's own one may not write into a root-only directory.
    await execa('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', 'download', packageName], { cwd: draft })
    for (const name of await readdir(draft)) {
      await execa('dpkg-deb', ['-x', name, '.'], { cwd: draft })
      await rm(join(draft, name))
    }
    await execa('depmod', ['-b', draft, release])
    await unpackImage(join(draft, 'boot', `vmlinuz-${release}`), join(draft, 'vmlinux'))
  })
  return { line, release, directory }
}

/**
 * Takes the kernel proper out of a bzImage, so that no emulated CPU has to (6 s for the xz of 6.1).
 * Where it lies is in the setup header: Documentation/arch/x86/boot.rst, payload_offset and payload_length.
 */
async function unpackImage(image: string, vmlinux: string): Promise<void> {
  const bytes = await readFile(image)
  const start = ((bytes[0x1f1] ?? 0) + 1) * 512 + bytes.readUInt32LE(0x248)
  // The last four bytes are the unpacked size.
  const payload = bytes.subarray(start, start + bytes.readUInt32LE(0x24c) - 4)
  const unpacker = payload.subarray(0, 6).toString('latin1') === '\xfd7zXZ\0' ? 'xz' : 'zstd'
  const { stdout } = await execa(unpacker, ['-dc'], {
    input: payload,
    encoding: 'buffer',
    maxBuffer: 2 ** 30,
  })
  await writeFile(vmlinux, stdout)
}

/** Asking apt takes 1.3 s, so its answer is kept until its lists change. */
async function newestPackage(metaPackage: string): Promise<string> {
  const lists = await stat('/var/lib/apt/lists')
  const answer = await cached('packages', metaPackage, [metaPackage, `${lists.mtimeMs}`], async (draft) => {
    const { stdout } = await execa('apt-cache', ['depends', '--important', metaPackage], { reject: false })
    const name = /Depends: (linux-\S+)/.exec(stdout)?.[1]
    if (!name)
      throw new Error(`apt knows no ${metaPackage}: run "apt-get update" (the lab boots Debian's kernels)`)
    await writeFile(join(draft, 'name'), name)
  })
  return readFile(join(answer, 'name'), 'utf8')
}
