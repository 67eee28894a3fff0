// Prepares the emulated Intel host for one run: its disk with the kernel, the initramfs and FILE.

import { existsSync } from 'node:fs'
import { copyFile, cp, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { execa } from 'execa'
import { intelInitrd } from '../artefacts.ts'
import type { Kernel } from '../kernels.ts'
import type { Emulator } from '../machine.ts'
import { commandFor } from '../run-directory.ts'
import { bochsEmulator, bochsPaths, type IntelModel, memoryBytes } from './bochs.ts'
import { writeDiskImage } from './disk-image.ts'

export interface IntelRun {
  kernel: Kernel
  /** Directory of kvminfo.ko and taskinfo.ko. */
  modules: string
  /** Has the files that the machine's init finds in its /run. */
  runDirectory: string
  file: string
  cpus: number
  model?: IntelModel
  mitigations?: boolean
}

/**
 * no_timer_check: Bochs's timer differs from what the test
 * expects. cryptomgr.notests: the self-tests of the kernel's ciphers are half of its boot.
 */
const kernelOptions =
  'console=ttyS0,115200 loglevel=4 rdinit=/init panic=-1 tsc=reliable no_timer_check cryptomgr.notests=1'

export async function intelEmulator(run: IntelRun, signal: AbortSignal): Promise<Emulator> {
  const [command] = await commandFor(run.file)
  if (command === 'node') throw new Error(`cannot run ${run.file} on the Intel machine: it has no Node`)
  const initrd = await readFile(await intelInitrd(run.kernel, run.modules, signal))
  const image = Buffer.concat([initrd, await fileArchive(run, signal)])
  await writeDiskImage(
    bochsPaths(run.runDirectory).disk,
    run.kernel,
    image,
    // They slow down the guest and change no count.
    run.mitigations ? kernelOptions : `${kernelOptions} mitigations=off`,
    memoryBytes,
    signal,
  )
  return bochsEmulator(run.runDirectory, run.cpus, run.model ?? 'corei7_haswell_4770')
}

/** A second archive for the initramfs: FILE, its folder if it has one, and what the run is to do. */
async function fileArchive(run: IntelRun, signal: AbortSignal): Promise<Buffer> {
  const root = join(run.runDirectory, 'intel')
  const inside = (await commandFor(run.file)).at(-1)!
  for (const folder of ['run', dirname(inside)]) await mkdir(join(root, folder), { recursive: true })
  await copyFile(run.file, join(root, inside))
  const beside = run.file.slice(0, -extname(run.file).length)
  if (beside !== '' && existsSync(beside) && (await stat(beside)).isDirectory())
    await cp(beside, join(root, dirname(inside), basename(beside)), { recursive: true })
  await copyFile(join(run.runDirectory, 'argv'), join(root, 'run', 'argv'))
  if (existsSync(join(run.runDirectory, 'no-modules'))) await writeFile(join(root, 'run', 'no-modules'), '')
  await writeFile(join(root, 'run', 'environment'), `KVMINFO_KERNEL=${run.kernel.release}\n`)
  if (dirname(inside) !== '/case')
    await execa('ln', ['-s', dirname(inside), join(root, 'case')], { cancelSignal: signal })
  const { stdout } = await execa('sh', ['-c', 'find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0'], {
    cwd: root,
    encoding: 'buffer',
    cancelSignal: signal,
  })
  return Buffer.from(stdout)
}
