// Runs one file in the lab, from artefacts to verdict. What the command line and the tests call.

import { mkdir, mkdtemp, readFile, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { builtModules, builtProgram, guestImages, hostInitrd } from './artefacts.ts'
import { type KernelLine, unpackedKernel } from './kernels.ts'
import { runMachine } from './machine.ts'
import { consoleLog, type Forward, qemuArguments } from './qemu.ts'
import { makeRunDirectory } from './run-directory.ts'
import { takeTurn } from './turn.ts'
import { conclude } from './verdict.ts'

export interface LabOptions {
  kernel?: KernelLine
  /** From FILE's start to its end. */
  timeoutSeconds?: number
  cpus?: number
  /** Guest time is a count of instructions; one CPU. */
  icount?: boolean
  /** False: the modules lie in $LAB_MODULES but are not loaded. */
  loadModules?: boolean
  /** Arguments for FILE. */
  args?: readonly string[]
  /** Directory for what FILE writes to /out; by default a new temporary one. */
  out?: string
  /** Ports to be reached from outside; FILE configures eth0 (module virtio_net) as 10.0.2.15. */
  forwards?: readonly Forward[]
  /** Image of a disk, /dev/vda inside (modules virtio_blk and the file system's). FILE may write to it: a copy. */
  disk?: string
  onOutput?: (chunk: Buffer) => void
  /** Takes what the lab has to say of itself, line by line; by default it goes to stderr. */
  onNote?: (line: string) => void
  signal?: AbortSignal
}

export interface LabResult {
  /** FILE's exit code, or one of the lab's own (exit-codes.ts). */
  code: number
  /** FILE's stdout and stderr. */
  output: string
  /** Directory with what FILE wrote to /out; gone if that is nothing and no directory was given. */
  out: string
  /** Unless the code is 0: why, with the last lines of the console. */
  reason?: string
}

const consoleLines = 40

/** Runs `file` as root in the emulated KVM host; without a file, a prompt on our terminal. */
export async function runInLab(file: string | undefined, options: LabOptions = {}): Promise<LabResult> {
  const note = options.onNote ?? console.error
  const kernel = await unpackedKernel(options.kernel ?? '6.1', note)
  const initrd = await hostInitrd(kernel)
  const runDirectory = await makeRunDirectory({
    file: file === undefined ? undefined : resolve(file),
    args: options.args ?? [],
    kernel,
    modules: await builtModules(kernel, note),
    program: await builtProgram(),
    guests: await guestImages(kernel),
    loadModules: options.loadModules ?? true,
  })
  const out = options.out ? resolve(options.out) : await mkdtemp(join(tmpdir(), 'kvminfo-lab-out-'))
  await mkdir(out, { recursive: true })

  const terminal = file === undefined
  const hardware = {
    cpus: options.cpus ?? 2,
    icount: options.icount ?? false,
    terminal,
    out,
    forwards: options.forwards ?? [],
    disk: options.disk,
  }
  const output: Buffer[] = []
  const turn = await takeTurn(() => note('lab: waits for its turn: another lab is running'), options.signal)
  const begun = performance.now()
  const say = (what: string): void => {
    note(`lab: ${what} after ${((performance.now() - begun) / 1000).toFixed(1)} s`)
  }
  try {
    const outcome = await runMachine(qemuArguments(kernel, initrd, runDirectory, hardware), {
      runDirectory,
      timeoutSeconds: options.timeoutSeconds ?? 300,
      terminal,
      signal: options.signal,
      onStarted: () => say(`Linux ${kernel.release} runs ${file ?? 'a prompt'}`),
      onOutput: (chunk) => {
        output.push(chunk)
        options.onOutput?.(chunk)
      },
    })
    say('over')
    const log = await readFile(consoleLog(runDirectory), 'utf8').catch(() => '')
    const { code, reason } = conclude(outcome, log)
    const result = { code, output: Buffer.concat(output).toString(), out }
    return reason === undefined ? result : { ...result, reason: `${reason}\n${consoleEnd(log)}` }
  } finally {
    turn.end()
    await rm(runDirectory, { recursive: true, force: true })
    // Nobody asked for it and nothing is in it.
    if (options.out === undefined) await rmdir(out).catch(() => undefined)
  }
}

function consoleEnd(log: string): string {
  const lines = log.trimEnd().split(/\r?\n/).slice(-consoleLines)
  return `the console's last lines:\n${lines.map((line) => `  | ${line}`).join('\n')}`
}
