// The kernels that the lab can boot. They come from Debian's packages, which are unpacked but never installed.

import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { cached } from './cache.ts'

/** The meta packages of each kernel line. They depend on the newest kernel that Debian offers in that line. */
export const kernels = {
  '6.1': { image: 'linux-image-amd64', headers: 'linux-headers-amd64' },
  '6.1-rt': { image: 'linux-image-rt-amd64', headers: 'linux-headers-rt-amd64' },
  '6.12': { image: 'linux-image-6.12-amd64', headers: 'linux-headers-6.12-amd64' },
} as const

export type KernelLine = keyof typeof kernels

export interface Kernel {
  line: KernelLine
  /** The output of `uname -r`. */
  release: string
  /** The unpacked package: lib/modules/<release> and so on, and vmlinux. */
  directory: string
}

export function vmlinux(kernel: Kernel): string {
  return join(kernel.directory, 'vmlinux')
}

/** The directory that is /lib/modules/<release> on a system with the package installed. */
export function moduleTree(kernel: Kernel): string {
  return join(kernel.directory, 'lib', 'modules', kernel.release)
}

export function isKernelLine(name: string): name is KernelLine {
  return Object.hasOwn(kernels, name)
}

export async function unpackedKernel(
  line: KernelLine,
  note: (line: string) => void = console.error,
  signal: AbortSignal = new AbortController().signal,
): Promise<Kernel> {
  const packageName = await newestPackage(kernels[line].image, signal)
  const release = packageName.replace(/^linux-image-/, '')
  const directory = await cached('kernels', release, [packageName, 'vmlinux'], async (draft) => {
    note(`lab: fetching ${packageName}`)
    const inDraft = { cwd: draft, cancelSignal: signal }
    // As root, because apt's own sandbox user may not write into a directory that only root can enter.
    await execa('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', 'download', packageName], inDraft)
    for (const name of await readdir(draft)) {
      await execa('dpkg-deb', ['-x', name, '.'], inDraft)
      await rm(join(draft, name))
    }
    await execa('depmod', ['-b', draft, release], inDraft)
    await unpackImage(join(draft, 'boot', `vmlinuz-${release}`), join(draft, 'vmlinux'), signal)
  })
  return { line, release, directory }
}

/**
 * Unpacks the kernel from a bzImage, so that the emulated CPU does not have to (6 s for the xz of 6.1).
 * The setup header says where it is: Documentation/arch/x86/boot.rst, payload_offset and payload_length.
 */
async function unpackImage(image: string, vmlinux: string, signal: AbortSignal): Promise<void> {
  const bytes = await readFile(image)
  const start = ((bytes[0x1f1] ?? 0) + 1) * 512 + bytes.readUInt32LE(0x248)
  // Without the last four bytes, which are the unpacked size.
  const payload = bytes.subarray(start, start + bytes.readUInt32LE(0x24c) - 4)
  const unpacker = payload.subarray(0, 6).toString('latin1') === '\xfd7zXZ\0' ? 'xz' : 'zstd'
  const { stdout } = await execa(unpacker, ['-dc'], {
    input: payload,
    encoding: 'buffer',
    maxBuffer: 2 ** 30,
    cancelSignal: signal,
  })
  await writeFile(vmlinux, stdout)
}

/** The package that `metaPackage` depends on. Asking apt takes 1.3 s, so its answer is cached until its lists change. */
async function newestPackage(metaPackage: string, signal: AbortSignal): Promise<string> {
  const lists = await stat('/var/lib/apt/lists')
  const answer = await cached('packages', metaPackage, [metaPackage, `${lists.mtimeMs}`], async (draft) => {
    const { stdout } = await execa('apt-cache', ['depends', '--important', metaPackage], {
      reject: false,
      cancelSignal: signal,
    })
    const name = /Depends: (linux-\S+)/.exec(stdout)?.[1]
    if (!name)
      throw new Error(
        `apt does not know ${metaPackage}: run "apt-get update" (the lab boots Debian's kernels)`,
      )
    await writeFile(join(draft, 'name'), name)
  })
  return readFile(join(answer, 'name'), 'utf8')
}
