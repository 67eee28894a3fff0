// What a run needs besides the kernel: the lab's initramfs, our modules, the built program, the test guests. Whatever
// compiles takes an AbortSignal that ends the compiler.

import { chmod, copyFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import { cached, contentsOf } from './cache.ts'
import { makeInitramfs } from './initramfs.ts'
import { builtModule, kernelHeaders } from './kernel-module.ts'
import { isBuilt, type Kernel } from './kernels.ts'

export const project = join(import.meta.dirname, '..', '..')
const init = join(import.meta.dirname, 'inside', 'init')
/** What a healthy kernel does not write to dmesg, as fixed strings for grep. */
const complaints = join(import.meta.dirname, 'inside', 'complaints')
/** Takes from dmesg what a healthy kernel with KCSAN writes too. */
const kcsan = join(import.meta.dirname, 'inside', 'kcsan.awk')
const intelInit = join(import.meta.dirname, 'inside', 'intel-init')
const labRun = join(import.meta.dirname, 'inside', 'lab-run.c')
const guests = join(import.meta.dirname, 'guests')
const otherKvms = join(import.meta.dirname, 'inside', 'other-kvms')
const constantTsc = join(import.meta.dirname, 'inside', 'constant-tsc')
const kmod = join(project, 'kmod')

/** Enough to reach the host's files and the ports, and to have KVM. */
const hostModules = ['virtio_pci', 'virtio_console', '9p', '9pnet_virtio', 'overlay', 'kvm_amd']

/**
 * Drivers for the kinds of disk and of NIC that the Linux guest may get, and for its balloon. That for the NVMe disk of the
 * host it loads only if it is asked to.
 */
const guestModules = [
  ...['virtio_pci', 'ata_piix', 'sd_mod', 'virtio_blk', 'e1000', 'virtio_net'],
  ...['virtio_balloon', 'nvme'],
]

/** The initramfs that the emulated KVM host boots. */
export async function hostInitrd(kernel: Kernel, signal: AbortSignal): Promise<string> {
  const sources = [
    init,
    complaints,
    kcsan,
    labRun,
    import.meta.filename,
    join(import.meta.dirname, 'initramfs.ts'),
  ]
  const first = kernel.line === '6.1-rt' ? await constantTscModule(kernel, signal) : []
  const inputs = [kernel.directory, ...first, ...(await contentsOf(sources))]
  const directory = await cached('initramfs', `host-${kernel.release}`, inputs, async (draft) => {
    const files = { init, complaints, 'kcsan.awk': kcsan, ...(await programs(draft, signal)) }
    await makeInitramfs(draft, kernel, hostModules, files, signal, first)
  })
  return join(directory, 'initrd')
}

/** The programs of an initramfs: their place there, and their path here. */
async function programs(draft: string, signal: AbortSignal): Promise<Record<string, string>> {
  const agent = join(draft, 'lab-run')
  await execa('gcc', ['-O2', '-Wall', '-Werror', '-static', '-o', agent, labRun], { cancelSignal: signal })
  return { 'bin/busybox': '/bin/busybox', 'bin/lab-run': agent }
}

/**
 * The initramfs of the emulated Intel host. It holds all that the host has except FILE: our modules (in the directory
 * `modules`) and the guest as well. All without debugging information, because Bochs reads its disk slowly.
 */
export async function intelInitrd(kernel: Kernel, modules: string, signal: AbortSignal): Promise<string> {
  const sources = [
    intelInit,
    complaints,
    labRun,
    guests,
    import.meta.filename,
    join(import.meta.dirname, 'initramfs.ts'),
  ]
  const inputs = [
    kernel.directory,
    modules,
    ...(await contentsOf(sources, ['exits', 'init', 'ide', 'virtio'])),
  ]
  const directory = await cached('initramfs', `intel-${kernel.release}`, inputs, async (draft) => {
    const files: Record<string, string> = { init: intelInit, complaints, ...(await programs(draft, signal)) }
    const stripped = async (from: string, to: string, ...words: string[]): Promise<void> => {
      files[to] = join(draft, basename(from))
      await execa('strip', [...words, '-o', files[to], from], { cancelSignal: signal })
    }
    await execa('make', ['--silent', '-C', guests], { cancelSignal: signal })
    await stripped(join(guests, 'exits'), 'project/test/lab/guests/exits')
    for (const name of ['kvminfo.ko', 'taskinfo.ko'])
      await stripped(join(modules, name), `lab/modules/${name}`, '-g')
    await makeInitramfs(draft, kernel, ['kvm_intel'], files, signal)
  })
  return join(directory, 'initrd')
}

async function constantTscModule(kernel: Kernel, signal: AbortSignal): Promise<string[]> {
  return [join(await builtModule('constant-tsc', constantTsc, kernel, signal), 'constant_tsc.ko')]
}

/** Compiles the guests' programs, next to their sources. Returns the directory with the Linux guest's initramfs. */
export async function guestImages(kernel: Kernel, signal: AbortSignal): Promise<string> {
  await execa('make', ['--silent', '-C', guests], { cancelSignal: signal })
  const guestInit = join(guests, 'linux', 'init')
  const sources = [guestInit, import.meta.filename, join(import.meta.dirname, 'initramfs.ts')]
  const inputs = [kernel.directory, ...(await contentsOf(sources))]
  return cached('initramfs', `guest-${kernel.release}`, inputs, (draft) =>
    // A kernel that the lab built has no drivers for such a guest.
    makeInitramfs(draft, kernel, isBuilt(kernel.line) ? [] : guestModules, { init: guestInit }, signal),
  )
}

/** The built program, as in the package's dist/. Under emulation it starts in half the time that the sources take. */
export async function builtProgram(signal: AbortSignal): Promise<string> {
  const settings = ['tsconfig.json', 'tsconfig.build.json'].map((name) => join(project, name))
  const inputs = await contentsOf([join(project, 'src'), ...settings])
  return cached('program', 'dist', inputs, async (draft) => {
    const tsc = join(project, 'node_modules', 'typescript', 'bin', 'tsc')
    await execa(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', draft], {
      cwd: project,
      cancelSignal: signal,
    })
    await chmod(join(draft, 'cli', 'main.js'), 0o755)
  })
}

/** Our modules for this kernel: a directory with kvminfo.ko, taskinfo.ko, and the fake KVMs that one case loads. */
export async function builtModules(
  kernel: Kernel,
  note: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const inputs = [kernel.directory, ...(await contentsOf([kmod, otherKvms], ['build', 'README.md']))]
  return cached('modules', kernel.release, inputs, async (draft) => {
    note(`lab: building the modules for ${kernel.release}`)
    const settings = [`KDIR=${await kernelHeaders(kernel, signal)}`, `BUILD_DIR=${draft}`]
    const built = await execa('make', ['-C', kmod, ...settings, 'modules'], {
      reject: false,
      all: true,
      cancelSignal: signal,
    })
    if (built.failed) throw new Error(`kmod does not build for ${kernel.release}:\n${errorsOf(built.all)}`)
    const others = await builtModule('other-kvms', otherKvms, kernel, signal)
    for (const name of ['half_kvm.ko', 'strange_kvm.ko', 'kvm.ko'])
      await copyFile(join(others, name), join(draft, name))
  })
}

/** The error lines of a build log, or the whole log if it has none. */
function errorsOf(log: string): string {
  const errors = log.split('\n').filter((line) => /\berror\b/i.test(line))
  return errors.length > 0 ? errors.slice(0, 20).join('\n') : log
}
