// Bochs as the lab's emulator: it has what QEMU's emulation lacks, VMX. Its serial ports are files.

import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emulator } from '../machine.ts'
import { consoleLog } from '../qemu.ts'

/**
 * The name that Bochs has for a CPU. Haswell has EPT, VPID, unrestricted guests and virtual NMIs. What newer ones have
 * besides only costs time where it does not matter.
 */
export type IntelModel = 'corei7_haswell_4770' | 'corei7_skylake_x'

const megabytes = 768
export const memoryBytes = megabytes * 2 ** 20

/** Time is a count of instructions; so many are a second. The TSC counts them. */
const instructionsPerSecond = 50_000_000

/** How often the files of the serial ports are read. */
const pollMs = 100

export interface BochsPaths {
  disk: string
  /** What the machine writes to its second and third serial port; the first is the console. */
  output: string
  verdict: string
}

export function bochsPaths(runDirectory: string): BochsPaths {
  return {
    disk: join(runDirectory, 'disk.img'),
    output: join(runDirectory, 'output'),
    verdict: join(runDirectory, 'verdict'),
  }
}

/** Writes Bochs's configuration. Bochs needs a display, although the machine shows nothing (see `command`). */
export async function bochsEmulator(
  runDirectory: string,
  cpus: number,
  model: IntelModel,
): Promise<Emulator> {
  const paths = bochsPaths(runDirectory)
  const configuration = [
    'config_interface: textconfig',
    'display_library: rfb, options="timeout=0"',
    'romimage: file=/usr/share/bochs/BIOS-bochs-latest',
    'vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest',
    `megs: ${megabytes}`,
    `cpu: model=${model}, count=${cpus}, ips=${instructionsPerSecond}, reset_on_triple_fault=0`,
    'clock: sync=none, time0=utc',
    'ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14',
    `ata0-master: type=disk, path=${paths.disk}, mode=flat`,
    'boot: disk',
    `com1: enabled=1, mode=file, dev=${consoleLog(runDirectory)}`,
    `com2: enabled=1, mode=file, dev=${paths.output}`,
    `com3: enabled=1, mode=file, dev=${paths.verdict}`,
    `log: ${join(runDirectory, 'bochs.log')}`,
    'panic: action=fatal',
    // Linux reads MSRs that Bochs does not know, at every tick.
    'error: action=ignore',
    'info: action=ignore',
    'debug: action=ignore',
    'speaker: enabled=0',
    '',
  ].join('\n')
  const file = join(runDirectory, 'bochsrc')
  await writeFile(file, configuration)
  // Debian's Bochs has its debugger compiled in. It waits for a command first.
  const go = join(runDirectory, 'continue')
  await writeFile(go, 'c\n')
  for (const path of [paths.output, paths.verdict]) await writeFile(path, '')
  const user = process.getuid?.() === 0 ? [] : ['--map-root-user']
  return {
    // The display is a VNC server on all addresses. In a network namespace of its own, nothing can connect to it.
    // setpriv is the inner one, because entering a user namespace would undo it.
    command: [
      ...(['unshare', ...user, '--net', 'setpriv', '--pdeathsig', 'KILL', '--'] as const),
      ...['bochs-bin', '-q', '-f', file, '-rc', go],
    ] as [string, ...string[]],
    // 15 s on an idle core.
    bootTimeoutSeconds: 300,
    async listen(onOutput, onVerdict) {
      const readers = [await reader(paths.output, onOutput), await reader(paths.verdict, onVerdict)]
      let reading: Promise<unknown> = Promise.resolve()
      const readAll = (): Promise<unknown> => {
        reading = reading.then(async () => {
          for (const read of readers) await read()
        })
        return reading
      }
      const timer = setInterval(readAll, pollMs)
      return {
        async drain() {
          await readAll()
        },
        close: () => clearInterval(timer),
      }
    },
  }
}

/** Returns a function that delivers what was added to the file since its last call. */
async function reader(path: string, deliver: (chunk: Buffer) => void): Promise<() => Promise<void>> {
  let position = 0
  return async () => {
    const file = await open(path)
    try {
      const chunk = Buffer.alloc((await file.stat()).size - position)
      const { bytesRead } = await file.read(chunk, 0, chunk.length, position)
      position += bytesRead
      if (bytesRead > 0) deliver(chunk.subarray(0, bytesRead))
    } finally {
      await file.close()
    }
  }
}
