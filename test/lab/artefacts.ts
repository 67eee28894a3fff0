// What a run needs beside the kernel: the lab's initramfs, our modules, the test guests.

import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { cached, contentsOf } from './cache.ts'
import { makeInitramfs } from './initramfs.ts'
import { builtModule, kernelHeaders } from './kernel-module.ts'
import type { Kernel } from './kernels.ts'

export const project = join(import.meta.dirname, '..', '..')
const init = join(import.meta.dirname, 'inside', 'init')
const labRun = join(import.meta.dirname, 'inside', 'lab-run.c')
const guests = join(import.meta.dirname, 'guests')
const otherKvms = join(import.meta.dirname, 'inside', 'other-kvms')
const constantTsc = join(import.meta.dirname, 'inside', 'constant-tsc')
const kmod = join(project, 'kmod')

/** Enough to reach the machine's files and the two ports, and KVM. */
const hostModules = ['virtio_pci', 'virtio_console', '9p', '9pnet_virtio', 'overlay', 'kvm_amd']

/** Both disks and both NICs that the Linux guest may get. */
const guestModules = ['virtio_pci', 'ata_piix', 'sd_mod', 'virtio_blk', 'e1000', 'virtio_net']

/** The initramfs that the emulated KVM host boots. */
export async function hostInitrd(kernel: Kernel): Promise<string> {
  const sources = [init, labRun, import.meta.filename, join(import.meta.dirname, 'initramfs.ts')]
  const first = kernel.line === '6.1-rt' ? await constantTscModule(kernel) : []
  const inputs = [kernel.release, ...first, ...(await contentsOf(sources))]
  const directory = await cached('initramfs', `host-${kernel.release}`, inputs, async (draft) => {
    const agent = join(draft, 'lab-run')
    await execa('gcc', ['-O2', '-Wall', '-Werror', '-static', '-o', agent, labRun])
    const files = { init, 'bin/busybox': '/bin/busybox', 'bin/lab-run': agent }
    await makeInitramfs(draft, kernel, hostModules, files, first)
  })
  return join(directory, 'initrd')
}

async function constantTscModule(kernel: Kernel): Promise<string[]> {
  return [join(await builtModule('constant-tsc', constantTsc, kernel), 'constant_tsc.ko')]
}

/** Makes the guests' programs, beside their sources, and gives the directory with the Linux guest's initramfs. */
export async function guestImages(kernel: Kernel): Promise<string> {
  await execa('make', ['--silent', '-C', guests])
  const guestInit = join(guests, 'linux', 'init')
  const sources = [guestInit, import.meta.filename, join(import.meta.dirname, 'initramfs.ts')]
  const inputs = [kernel.release, ...(await contentsOf(sources))]
  return cached('initramfs', `guest-${kernel.release}`, inputs, (draft) =>
    makeInitramfs(draft, kernel, guestModules, { init: guestInit }),
  )
}

/** The built program, as the package has it in dist/: emulated, it starts in half the time of the sources. */
export async function builtProgram(): Promise<string> {
  const settings = ['tsconfig.json', 'tsconfig.build.json'].map((name) => join(project, name))
  const inputs = await contentsOf([join(project, 'src'), ...settings])
  return cached('program', 'dist', inputs, async (draft) => {
    const tsc = join(project, 'node_modules', 'typescript', 'bin', 'tsc')
    await execa(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', draft], { cwd: project })
    await chmod(join(draft, 'cli', 'main.js'), 0o755)
  })
}

/** Our modules for this kernel: a directory with kvminfo.ko and taskinfo.ko, and the KVMs that one case loads. */
export async function builtModules(kernel: Kernel, note: (line: string) => void): Promise<string> {
  const inputs = [kernel.release, ...(await contentsOf([kmod, otherKvms], ['build', 'README.md']))]
  return cached('modules', kernel.release, inputs, async (draft) => {
    note(`lab: building the modules for ${kernel.release}`)
    const settings = [`KDIR=${await kernelHeaders(kernel)}`, `BUILD_DIR=${draft}`]
    const built = await execa('make', ['-C', kmod, ...settings, 'modules'], { reject: false, all: true })
    if (built.failed) throw new Error(`kmod does not build for ${kernel.release}:\n${errorsOf(built.all)}`)
    const others = await builtModule('other-kvms', otherKvms, kernel)
    for (const name of ['half_kvm.ko', 'strange_kvm.ko']) await execa('cp', [join(others, name), draft])
  })
}

/** The errors of a build; all of what it said when it names none. */
function errorsOf(log: string): string {
  const errors = log.split('\n').filter((line) => /\berror\b/i.test(line))
  return errors.length > 0 ? errors.slice(0, 20).join('\n') : log
}
