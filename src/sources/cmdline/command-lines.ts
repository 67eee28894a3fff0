// The command lines of the host's processes, each read once in the life of its process. Reading a command line takes the
// memory lock of that process, so it can block forever on a stuck VM. Only a few reads run at a time; a blocked read
// holds its slot until it returns, and only its own VM stays unknown.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { detached } from '../detached.ts'
import { type Process, startTick } from '../process/process.ts'
import { readBounded, readConfigFile } from './bounded-file.ts'
import { maxBytes } from './budget.ts'
import { openCommandLine, type Reading } from './parse.ts'

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
  /** Whether KVM said that the process is a VM when its command line was read. */
  readonly isVouchedFor: boolean
  /** Its `commandLine` is undefined for a process that is no KVM virtual machine or that this user may not read. */
  readonly reading: Reading
}

const unreadable: Reading = { commandLine: undefined, isProbe: false, excess: undefined }

export class CommandLines {
  readonly #procfs: string
  readonly #known = new Map<number, Known>()
  /** Processes whose read has not returned yet. */
  readonly #reading = new Set<number>()

  constructor(procfs: string) {
    this.#procfs = procfs
  }

  /**
   * Reads the command lines that are not known yet: first those of the processes in `likely`, for which KVM vouches,
   * then those named like QEMU. Reads that do not return in time continue in the background; a later snapshot gets
   * their result. KVM's word decides what a command line is, so one that was read before is read again after it.
   */
  async refresh(
    processes: ReadonlyMap<number, Process>,
    likely: { has(pid: number): boolean },
    uptimeNs: number,
  ): Promise<void> {
    for (const pid of this.#known.keys()) if (!processes.has(pid)) this.#known.delete(pid)
    const unknown = [...processes.values()].filter(
      (process) => !this.#isKnown(process, likely.has(process.pid)) && !this.#reading.has(process.pid),
    )
    const rank = ({ pid, comm }: Process) => (likely.has(pid) ? 2 : Number(mayBeVm(comm)))
    unknown.sort((a, b) => rank(a) - rank(b))
    const underWay = new Set<Promise<void>>()
    for (;;) {
      while (unknown.length > 0 && this.#reading.size < maxReads) {
        const process = unknown.pop()!
        const read = this.#read(process, likely.has(process.pid), uptimeNs).finally(() =>
          underWay.delete(read),
        )
        underWay.add(read)
      }
      if (underWay.size === 0) return
      const late = sleep(stuckAfterMs, 'late', { ref: false })
      if ((await Promise.race([...underWay, late])) === 'late') return
    }
  }

  /** undefined: not read yet. In the result, `commandLine` is undefined if the process does not look like a VM. */
  of(process: Process): Reading | undefined {
    const known = this.#known.get(process.pid)
    return known !== undefined && isSame(known, process) ? known.reading : undefined
  }

  #isKnown(process: Process, isVouchedFor: boolean): boolean {
    const known = this.#known.get(process.pid)
    if (known?.settled !== true || !isSame(known, process)) return false
    return known.reading.commandLine !== undefined || known.isVouchedFor || !isVouchedFor
  }

  async #read(process: Process, isVouchedFor: boolean, uptimeNs: number): Promise<void> {
    const { pid, comm, startNs } = process
    this.#reading.add(pid)
    const reading = await this.#parse(pid, isVouchedFor).catch(() => unreadable)
    this.#reading.delete(pid)
    const settled = reading.commandLine !== undefined || uptimeNs - startNs > settledAfterNs
    this.#known.set(pid, { tick: startTick(startNs), comm, settled, isVouchedFor, reading })
  }

  async #parse(pid: number, isVouchedFor: boolean): Promise<Reading> {
    const directory = join(this.#procfs, String(pid))
    // One byte more than the budget, so that the parser sees that the command line exceeds it.
    const bytes = await readBounded(join(directory, 'cmdline'), maxBytes + 1)
    const files = new Map<string, string>()
    const opened = openCommandLine(bytes, isVouchedFor)
    for (const path of opened.files) {
      const text = await readConfigFile(directory, path)
      if (text !== undefined) files.set(path, text)
    }
    return detached(opened.read(files))
  }
}

function isSame(known: Known, process: Process): boolean {
  return known.tick === startTick(process.startNs) && known.comm === process.comm
}
