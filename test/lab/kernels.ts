// The kernels that the lab can boot. They come from Debian's packages, which are unpacked but never installed, or are
// built from Debian's sources (built-kernel.ts).

import { existsSync } from 'node:fs'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { Apt } from './apt.ts'
import { builtKernel } from './built-kernel.ts'
import { cached } from './cache.ts'

/**
 * The meta packages of each kernel line. They depend on the newest kernel that Debian offers in that line. `suite` is the
 * Debian release that has them, if it is not the one of this system.
 */
const packaged = {
  '5.10': { image: 'linux-image-amd64', headers: 'linux-headers-amd64', suite: 'bullseye' },
  '6.1': { image: 'linux-image-amd64', headers: 'linux-headers-amd64' },
  '6.1-rt': { image: 'linux-image-rt-amd64', headers: 'linux-headers-rt-amd64' },
  '6.12': { image: 'linux-image-6.12-amd64', headers: 'linux-headers-6.12-amd64' },
  sid: { image: 'linux-image-amd64', headers: 'linux-headers-amd64', suite: 'sid' },
} as const satisfies Record<string, { image: string; headers: string; suite?: string }>

/** Kernels that check themselves while they run: the sources of the newest, with debug-kernels/<config>.config. */
const built = {
  'sid-kasan': { config: 'kasan', suite: 'sid' },
  'sid-kcsan': { config: 'kcsan', suite: 'sid' },
} as const

type PackagedLine = keyof typeof packaged
export type KernelLine = PackagedLine | keyof typeof built

export const kernelLines = [...Object.keys(packaged), ...Object.keys(built)] as readonly KernelLine[]

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

/** The kernel as a boot loader gets it. */
export function bzImage(kernel: Pick<Kernel, 'release' | 'directory'>): string {
  const { release, directory } = kernel
  const inBoot = join(directory, 'boot', `vmlinuz-${release}`)
  return existsSync(inBoot) ? inBoot : join(directory, 'lib', 'modules', release, 'vmlinuz')
}

/** The directory that is /lib/modules/<release> on a system with the package installed. */
export function moduleTree(kernel: Kernel): string {
  return join(kernel.directory, 'lib', 'modules', kernel.release)
}

export function isKernelLine(name: string): name is KernelLine {
  return (kernelLines as readonly string[]).includes(name)
}

/** The package with the headers of a line, and the suite that has it. Undefined for a kernel that the lab built. */
export function headersPackage(line: KernelLine): { headers: string; suite?: string } | undefined {
  return isBuilt(line) ? undefined : packaged[line]
}

export function isBuilt(line: KernelLine): line is keyof typeof built {
  return Object.hasOwn(built, line)
}

export async function unpackedKernel(
  line: KernelLine,
  note: (line: string) => void = console.error,
  signal: AbortSignal = new AbortController().signal,
): Promise<Kernel> {
  if (isBuilt(line)) {
    const { config, suite } = built[line]
    return { line, ...(await builtKernel(config, await Apt.of(suite, signal), note, signal)) }
  }
  const apt = await Apt.of(suiteOf(line), signal)
  const packageName = await newestPackage(line, apt)
  const release = packageName.replace(/^linux-image-/, '')
  const directory = await cached('kernels', release, [packageName, 'vmlinux', 'parts'], async (draft) => {
    note(`lab: fetching ${packageName}`)
    await apt.unpack([packageName, ...(await partsOf(packageName, apt))], draft)
    // Newer packages have their files where /lib leads to.
    if (!existsSync(join(draft, 'lib'))) await symlink('usr/lib', join(draft, 'lib'))
    await execa('depmod', ['-b', draft, release], { cancelSignal: signal })
    await unpackImage(bzImage({ release, directory: draft }), join(draft, 'vmlinux'), signal)
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

function suiteOf(line: PackagedLine): string | undefined {
  const kernel = packaged[line]
  return 'suite' in kernel ? kernel.suite : undefined
}

/** The package that the line's meta package depends on. Asking apt takes 1.3 s, so its answer is cached until its lists change. */
async function newestPackage(line: PackagedLine, apt: Apt): Promise<string> {
  const metaPackage = packaged[line].image
  const inputs = [metaPackage, await apt.state()]
  const answer = await cached('packages', `${metaPackage}-${line}`, inputs, async (draft) => {
    const name = (await apt.dependencies(metaPackage)).find((each) => /^linux-image-\d/.test(each))
    if (!name)
      throw new Error(
        `apt does not know ${metaPackage}: run "apt-get update" (the lab boots Debian's kernels)`,
      )
    await writeFile(join(draft, 'name'), name)
  })
  return readFile(join(answer, 'name'), 'utf8')
}

/** The package of a 7.2 kernel is empty. It depends on others of the same release, which have its files. */
async function partsOf(image: string, apt: Apt): Promise<string[]> {
  const release = image.replace(/^linux-image-/, '')
  return (await apt.dependencies(image)).filter((name) => name.endsWith(`-${release}`))
}
