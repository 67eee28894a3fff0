// Runs one file in the lab, from building the artefacts to the verdict. The command line and the tests call this.

import { mkdir, mkdtemp, readFile, rm, rmdir, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { builtModules, builtProgram, guestImages, hostInitrd } from './artefacts.ts'
import type { IntelModel } from './intel/bochs.ts'
import { intelEmulator } from './intel/emulator.ts'
import { isBuilt, type Kernel, type KernelLine, unpackedKernel } from './kernels.ts'
import { type Emulator, runMachine } from './machine.ts'
import { consoleLog, type Forward, qemuArguments, spareDisk } from './qemu.ts'
import { qemuEmulator } from './qemu-emulator.ts'
import { commandFor, makeRunDirectory } from './run-directory.ts'
import { takeTurn } from './turn.ts'
import { conclude } from './verdict.ts'

export const vendors = ['amd', 'intel'] as const
export type Vendor = (typeof vendors)[number]

export interface LabOptions {
  kernel?: KernelLine
  /**
   * The CPU that is emulated: AMD by QEMU, Intel by Bochs. The Intel machine has nothing but an initramfs and serial
   * ports, so FILE must be a shell script or a static program there, and `out`, `forwards`, `disk` and `iommu` do not exist.
   */
  vendor?: Vendor
  /** How long FILE may take, from its start to its end. */
  timeoutSeconds?: number
  /** Default: 2 on AMD, 1 on Intel. */
  cpus?: number
  /** Only with `vendor: 'intel'`: the CPU model (default: Haswell), and whether Linux mitigates its weaknesses. */
  model?: IntelModel
  mitigations?: boolean
  /** Makes guest time a count of executed instructions; implies one CPU. */
  icount?: boolean
  /** If false, the modules are in $LAB_MODULES but not loaded. */
  loadModules?: boolean
  /** Arguments for FILE. */
  args?: readonly string[]
  /** Directory for what FILE writes to /out; by default a new temporary one. */
  out?: string
  /** Ports that can be reached from outside. FILE must configure eth0 (module virtio_net) as 10.0.2.15. */
  forwards?: readonly Forward[]
  /** Image of a disk, /dev/vda inside (modules virtio_blk and the file system's). FILE may write to it: a copy. */
  disk?: string
  /** An IOMMU, and an NVMe disk behind it that can be given to a VM (qemu.ts). FILE loads `nvme` and `vfio-pci`. */
  iommu?: boolean
  onOutput?: (chunk: Buffer) => void
  /** Receives the lab's own messages, line by line; by default they go to stderr. */
  onNote?: (line: string) => void
  /** Stops the run. A running machine is then reported as interrupted; before that, the promise rejects. */
  signal?: AbortSignal
}

export interface LabResult {
  /** FILE's exit code, or one of the lab's own (exit-codes.ts). */
  code: number
  /** FILE's stdout and stderr. */
  output: string
  /** Directory with what FILE wrote to /out. If it was not given as an option and is empty, it is removed. */
  out: string
  /** Why the code is not 0, with the last lines of the console. */
  reason?: string
}

const consoleLines = 40

/** A packaged kernel needs 10 s on two idle cores. A kernel that checks itself is several times slower. */
const bootTimeoutSeconds = { packaged: 120, built: 900 }

/** Runs `file` as root in the emulated KVM host, or without a file a prompt on this terminal. */
export async function runInLab(file: string | undefined, options: LabOptions = {}): Promise<LabResult> {
  const { onNote: note = console.error, signal = new AbortController().signal } = options
  const path = file === undefined ? undefined : resolve(file)
  // First, because what follows may take minutes.
  const command = path === undefined ? undefined : await commandFor(path)
  const kernel = await unpackedKernel(options.kernel ?? '6.1', note, signal)
  const modules = await builtModules(kernel, note, signal)
  const runDirectory = await makeRunDirectory({
    file: path,
    command,
    args: options.args ?? [],
    kernel,
    modules,
    program: await builtProgram(signal),
    guests: await guestImages(kernel, signal),
    loadModules: options.loadModules ?? true,
  })
  const out = options.out ? resolve(options.out) : await mkdtemp(join(tmpdir(), 'kvminfo-lab-out-'))
  const terminal = file === undefined
  const output: Buffer[] = []
  let turn: { end(): void } | undefined
  try {
    await mkdir(out, { recursive: true })
    const emulator =
      options.vendor === 'intel'
        ? await intelEmulator(
            { ...options, kernel, modules, runDirectory, file: path!, cpus: options.cpus ?? 1 },
            signal,
          )
        : await amdEmulator(kernel, runDirectory, out, { ...options, terminal }, signal)
    turn = await takeTurn(() => note('lab: waiting, because other labs use all cores'), signal)
    const begun = performance.now()
    const say = (what: string): void => {
      note(`lab: ${what} after ${((performance.now() - begun) / 1000).toFixed(1)} s`)
    }
    const outcome = await runMachine(emulator, {
      timeoutSeconds: options.timeoutSeconds ?? 300,
      terminal,
      signal,
      onStarted: () => say(`Linux ${kernel.release} runs ${file ?? 'a prompt'}`),
      onOutput: (chunk) => {
        output.push(chunk)
        options.onOutput?.(chunk)
      },
    })
    say('ended')
    const log = await readFile(consoleLog(runDirectory), 'utf8').catch(() => '')
    const { code, reason } = conclude(outcome, log)
    const result = { code, output: Buffer.concat(output).toString(), out }
    return reason === undefined ? result : { ...result, reason: `${reason}\n${consoleEnd(log)}` }
  } finally {
    turn?.end()
    await rm(runDirectory, { recursive: true, force: true })
    // rmdir() removes the temporary directory only if it is empty.
    if (options.out === undefined) await rmdir(out).catch(() => undefined)
  }
}

async function amdEmulator(
  kernel: Kernel,
  runDirectory: string,
  out: string,
  options: LabOptions & { terminal: boolean },
  signal: AbortSignal,
): Promise<Emulator> {
  const hardware = {
    cpus: options.cpus ?? 2,
    icount: options.icount ?? false,
    terminal: options.terminal,
    out,
    forwards: options.forwards ?? [],
    disk: options.disk,
    iommu: options.iommu ?? false,
  }
  if (hardware.iommu) {
    const spare = join(runDirectory, spareDisk.name)
    await writeFile(spare, '')
    await truncate(spare, spareDisk.bytes)
  }
  const initrd = await hostInitrd(kernel, signal)
  const patience = bootTimeoutSeconds[isBuilt(kernel.line) ? 'built' : 'packaged']
  return qemuEmulator(qemuArguments(kernel, initrd, runDirectory, hardware), runDirectory, patience)
}

function consoleEnd(log: string): string {
  const lines = log.trimEnd().split(/\r?\n/).slice(-consoleLines)
  return `the last lines of the console:\n${lines.map((line) => `  | ${line}`).join('\n')}`
}
