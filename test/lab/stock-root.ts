// A Debian 12 as its installer leaves it, with what a KVM host needs to build kernel modules and to run VMs, and
// without anything of ours. It is an image for the machine's disk, because compiling would take much longer over 9p.

import { join } from 'node:path'
import { execa } from 'execa'
import { cached } from './cache.ts'
import type { Kernel } from './kernels.ts'

/** Debian's own name for the mirror that is nearest. */
const mirror = 'http://deb.debian.org'
const sources = [
  `deb ${mirror}/debian bookworm main`,
  `deb ${mirror}/debian bookworm-updates main`,
  `deb ${mirror}/debian-security bookworm-security main`,
]

/** With room for what is installed and compiled; the file has a hole there. */
const imageSize = '3G'

/** Path of the ext2 image. It has the headers of `kernel` but not its modules, no Node, and no package of ours. */
export async function stockRoot(kernel: Kernel, note: (line: string) => void): Promise<string> {
  const words = [
    // All packages of priority "required" and "important": what the installer takes if no task is chosen.
    ...['--variant=important', '--format=ext2', '--aptopt=APT::Install-Recommends "false"'],
    `--include=dkms,linux-headers-${kernel.release},qemu-system-x86`,
  ]
  const directory = await cached(
    'stock',
    `bookworm-${kernel.release}`,
    [...words, ...sources, imageSize],
    async (draft) => {
      note(`lab: making a Debian 12 for the disk of the machine (some minutes)`)
      const image = join(draft, 'root.ext2')
      const made = await execa('mmdebstrap', [...words, 'bookworm', image, ...sources], {
        reject: false,
        all: true,
      })
      if (made.failed) throw new Error(`mmdebstrap failed:\n${made.all}`)
      await execa('truncate', ['--size', imageSize, image])
      // resize2fs refuses a file system that was not just checked. Exit code 1: e2fsck corrected something.
      const checked = await execa('e2fsck', ['-f', '-y', image], { reject: false, all: true })
      if ((checked.exitCode ?? 8) > 1) throw new Error(`e2fsck failed:\n${checked.all}`)
      await execa('resize2fs', [image])
    },
  )
  return join(directory, 'root.ext2')
}
