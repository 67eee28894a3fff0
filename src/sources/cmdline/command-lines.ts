// The command lines of the host's processes, each read once in the life of its process. Reading a command line takes the
// memory lock of that process, so it can block forever on a stuck VM. Only a few reads run at a time; a blocked read
// holds its slot until it returns, and only its own VM stays unknown.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { detached } from '../detached.ts'
import type { Process } from '../process/process.ts'
import { startTick } from '../process/process.ts'
import { parseCommandLine, type QemuCommandLine } from './parse.ts'

// Node has four threads for such reads, and compressing a response needs one of them.
const maxReads = 3

// A read takes about 50 µs. 600 ms were seen on a machine without free CPU time while this program was starting. If none
// of the running reads ends within this time, all of them are stuck.
const stuckAfterMs = 1_500

// A process that is not a VM can still become one by an exec under the same name (a wrapper script). Ten seconds is far
// longer than any start takes.
const settledAfterNs = 10e9

/** Whether the name of a process is that of a QEMU with KVM. libvirt can name it `qemu:<VM>`. */
export const mayBeVm = (comm: string): boolean => /^(qemu|kvm)/.test(comm)

interface Known {
  readonly tick: number
  readonly comm: string
  readonly settled: boolean
  /** undefined: not a KVM virtual machine, or this user may not read it. */
  readonly commandLine: QemuCommandLine | undefined
}

export class CommandLines {
  readonly #procfs: string
  readonly #known = new Map<number, Known>()
  /** Processes whose read has not returned yet. */
  readonly #reading = new Set<number>()

  constructor(procfs: string) {
    this.#procfs = procfs
  }

  /**
   * Reads the command lines that are not known yet, starting with the processes in `likely` and those named like QEMU.
   * Reads that do not return in time continue in the background; a later snapshot gets their result.
   */
  async refresh(
    processes: ReadonlyMap<number, Process>,
    likely: { has(pid: number): boolean },
    uptimeNs: number,
  ): Promise<void> {
    for (const pid of this.#known.keys()) if (!processes.has(pid)) this.#known.delete(pid)
    const unknown = [...processes.values()].filter(
      (process) => !this.#isKnown(process) && !this.#reading.has(process.pid),
    )
    const isLikely = ({ pid, comm }: Process) => likely.has(pid) || mayBeVm(comm)
    unknown.sort((a, b) => Number(isLikely(a)) - Number(isLikely(b)))
    const underWay = new Set<Promise<void>>()
    for (;;) {
      while (unknown.length > 0 && this.#reading.size < maxReads) {
        const read = this.#read(unknown.pop()!, uptimeNs).finally(() => underWay.delete(read))
        underWay.add(read)
      }
      if (underWay.size === 0) return
      const late = sleep(stuckAfterMs, 'late', { ref: false })
      if ((await Promise.race([...underWay, late])) === 'late') return
    }
  }

  /** undefined: not read yet. In the result, `commandLine` is undefined if the process does not look like a VM. */
  of(process: Process): { readonly commandLine: QemuCommandLine | undefined } | undefined {
    const known = this.#known.get(process.pid)
    return known !== undefined && isSame(known, process) ? known : undefined
  }

  #isKnown(process: Process): boolean {
    const known = this.#known.get(process.pid)
    return known?.settled === true && isSame(known, process)
  }

  async #read(process: Process, uptimeNs: number): Promise<void> {
    const { pid, comm, startNs } = process
    this.#reading.add(pid)
    const commandLine = await readFile(join(this.#procfs, String(pid), 'cmdline')).then(
      (bytes) => detached(parseCommandLine(bytes)),
      () => undefined,
    )
    this.#reading.delete(pid)
    const settled = commandLine !== undefined || uptimeNs - startNs > settledAfterNs
    this.#known.set(pid, { tick: startTick(startNs), comm, settled, commandLine })
  }
}

function isSame(known: Known, process: Process): boolean {
  return known.tick === startTick(process.startNs) && known.comm === process.comm
}
