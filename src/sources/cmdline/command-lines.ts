// The command lines of the host's processes, each read once in the life of a process. Reading one takes that
// process's memory lock and so can wait for ever on a stuck VM: such a read holds one of a few places until it
// ends, and only that VM stays unknown.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { detached } from '../detached.ts'
import type { Process } from '../process/process.ts'
import { startTick } from '../process/process.ts'
import { parseCommandLine, type QemuCommandLine } from './parse.ts'

// Node has four threads for such reads, and compressing an answer needs one of them.
const places = 3

// A read takes some 50 µs; on a machine that is out of CPU, with this program just starting, 600 ms were seen. When
// none of those under way ends in this time, all are stuck.
const patienceMs = 1_500

// A process that is no VM may yet become one by exec under the same name (a wrapper script); ten seconds is far
// longer than any start takes.
const settledAfterNs = 10e9

/** Whether a process is named as a QEMU with KVM is; libvirt can give it the name `qemu:<VM>`. */
export const mayBeVm = (comm: string): boolean => /^(qemu|kvm)/.test(comm)

interface Known {
  readonly tick: number
  readonly comm: string
  readonly settled: boolean
  /** undefined: no KVM virtual machine, or this user may not see. */
  readonly commandLine: QemuCommandLine | undefined
}

export class CommandLines {
  readonly #procfs: string
  readonly #known = new Map<number, Known>()
  /** Processes whose read has not ended yet. */
  readonly #reading = new Set<number>()

  constructor(procfs: string) {
    this.#procfs = procfs
  }

  /**
   * Reads those not known yet, first those in `likely` and those named as QEMU is. A read that does not answer in time
   * goes on by itself, for a later look.
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
      while (unknown.length > 0 && this.#reading.size < places) {
        const read = this.#read(unknown.pop()!, uptimeNs).finally(() => underWay.delete(read))
        underWay.add(read)
      }
      if (underWay.size === 0) return
      const late = sleep(patienceMs, 'late', { ref: false })
      if ((await Promise.race([...underWay, late])) === 'late') return
    }
  }

  /** undefined: not read yet. Otherwise `commandLine` is undefined where the process is no VM as far as we see. */
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
