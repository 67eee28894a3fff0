// The command lines of the host's processes, each read once in the life of its process. Reading a command line takes the
// memory lock of that process, so it can block forever on a stuck VM, and any user can make it block. So few reads run at
// a time, each user has a share of them, and what cannot be read here because others hang is read in another process.
import { join } from 'node:path'
import { attempt } from '../attempt.ts'
import { detached } from '../detached.ts'
import { type Claim, Places } from '../places.ts'
import { type Process, processKey, startTick } from '../process/process.ts'
import { readUid } from '../process/read.ts'
import { readBounded } from './bounded-file.ts'
import { maxBytes } from './budget.ts'
import { readConfigFile } from './config-file.ts'
import { openCommandLine, type Reading } from './parse.ts'
import { readApart } from './read-apart.ts'

// Node has four threads for such reads, and compressing a response needs one of them.
const here = { places: 3, ofUnconfirmed: 2, perUser: 1 }

/** Other processes that read at a time. */
const apart = { places: 2, ofUnconfirmed: 1, perUser: 1 }

// A read takes about 50 µs. 600 ms were seen on a machine without free CPU time while this program was starting. If none
// of the running reads ends within this time, all of them are stuck.
const stuckAfterMs = 1_500

// After this time a refresh starts no more reads in other processes. The next one continues, with the processes of then.
const refreshMs = 4_000

// A process that is not a VM can still become one by an exec under the same name (a wrapper script). Ten seconds is far
// longer than any start takes.
const settledAfterNs = 10e9

/** Whether the name of a process is that of a QEMU with KVM. libvirt can name it `qemu:<VM>`. */
export const mayBeVm = (comm: string): boolean => /^(qemu|kvm)/.test(comm)

/** Two ways to read at most `max` bytes of a file that may never answer. */
export interface Readers {
  /** Cheap; a read that hangs occupies a thread of this program until it returns. */
  readonly here: (path: string, max: number) => Promise<Buffer>
  /** In another process, which is ended after `deadlineMs`; rejects then. */
  readonly apart: (path: string, max: number, deadlineMs: number) => Promise<Buffer>
}

interface Known {
  readonly tick: number
  readonly comm: string
  readonly uid: number | undefined
  readonly settled: boolean
  /** Whether KVM said that the process is a VM when its command line was read. */
  readonly isVouchedFor: boolean
  /** Its `commandLine` is undefined for a process that is no KVM virtual machine or that this user may not read. */
  readonly reading: Reading
}

interface Unread extends Claim {
  readonly process: Process
}

const unreadable: Reading = { commandLine: undefined, isProbe: false, excess: undefined }

export class CommandLines {
  readonly #procfs: string
  readonly #readers: Readers
  readonly #known = new Map<number, Known>()
  readonly #here = new Places<Unread>(here)
  readonly #apart = new Places<Unread>(apart)

  constructor(procfs: string, readers: Readers = { here: readBounded, apart: readApart }) {
    this.#procfs = procfs
    this.#readers = readers
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
    const untilMs = performance.now() + refreshMs
    for (const pid of this.#known.keys()) if (!processes.has(pid)) this.#known.delete(pid)
    const keys = new Set([...processes.values()].map(processKey))
    this.#apart.retain((key) => keys.has(key))
    this.#here.await(this.#unreadOf(processes, likely))
    await finished(() => this.#startHere(uptimeNs), stuckAfterMs)
    const left = this.#here.waiting()
    if (left.length === 0) return
    // Reads that hang hold the places.
    this.#apart.await(left)
    const start = () => (performance.now() < untilMs ? this.#startApart(uptimeNs) : undefined)
    await finished(start, 2 * stuckAfterMs)
  }

  /** undefined: not read yet. In the result, `commandLine` is undefined if the process does not look like a VM. */
  of(process: Process): Reading | undefined {
    return this.#knownOf(process)?.reading
  }

  #knownOf(process: Process): Known | undefined {
    const known = this.#known.get(process.pid)
    return known !== undefined && isSame(known, process) ? known : undefined
  }

  /** Those named like QEMU come first, and then those that started first. */
  #unreadOf(processes: ReadonlyMap<number, Process>, likely: { has(pid: number): boolean }): Unread[] {
    const unread: Unread[] = []
    for (const process of processes.values()) {
      const isVouchedFor = likely.has(process.pid)
      const known = this.#knownOf(process)
      if (known?.settled === true && (known.isVouchedFor || !isVouchedFor)) continue
      const key = processKey(process)
      if (this.#here.holds(key) || this.#apart.holds(key)) continue
      const uid = known === undefined ? this.#uidOf(process) : known.uid
      unread.push({ key, uid, isVouchedFor, process })
    }
    return unread.sort(
      ({ process: a }, { process: b }) =>
        Number(mayBeVm(b.comm)) - Number(mayBeVm(a.comm)) || a.startNs - b.startNs,
    )
  }

  #uidOf({ pid }: Process): number | undefined {
    return attempt(() => readUid(this.#procfs, pid)).value
  }

  #startHere(uptimeNs: number): Promise<void> | undefined {
    const unread = this.#here.next()
    return unread === undefined ? undefined : this.#readHere(unread, uptimeNs)
  }

  #startApart(uptimeNs: number): Promise<void> | undefined {
    const unread = this.#apart.next()
    return unread === undefined ? undefined : this.#readApart(unread, uptimeNs)
  }

  async #readHere(unread: Unread, uptimeNs: number): Promise<void> {
    const before = this.#knownOf(unread.process)?.reading
    const reading = await this.#parse(unread, this.#readers.here).catch(() => before ?? unreadable)
    this.#here.release(unread, false)
    this.#keep(unread, reading, uptimeNs)
  }

  /** A read that fails pauses, because it took a deadline to fail. */
  async #readApart(unread: Unread, uptimeNs: number): Promise<void> {
    const read: Readers['here'] = (path, max) => this.#readers.apart(path, max, stuckAfterMs)
    const reading = await this.#parse(unread, read).catch(() => undefined)
    this.#apart.release(unread, reading === undefined)
    if (reading !== undefined) this.#keep(unread, reading, uptimeNs)
  }

  #keep({ process, uid, isVouchedFor }: Unread, reading: Reading, uptimeNs: number): void {
    const { pid, comm, startNs } = process
    const settled = reading.commandLine !== undefined || uptimeNs - startNs > settledAfterNs
    this.#known.set(pid, { tick: startTick(startNs), comm, uid, settled, isVouchedFor, reading })
  }

  async #parse({ process: { pid }, uid, isVouchedFor }: Unread, read: Readers['here']): Promise<Reading> {
    const directory = join(this.#procfs, String(pid))
    // One byte more than the budget, so that the parser sees that the command line exceeds it.
    const bytes = await read(join(directory, 'cmdline'), maxBytes + 1)
    const files = new Map<string, string>()
    const opened = openCommandLine(bytes, isVouchedFor)
    for (const path of opened.files) {
      const text = await readConfigFile(directory, uid, path)
      if (text !== undefined) files.set(path, text)
    }
    return detached(opened.read(files))
  }
}

/** Starts reads until none may start. Returns when all have ended, or if none ends within `lateMs`. */
async function finished(start: () => Promise<void> | undefined, lateMs: number): Promise<void> {
  const underWay = new Set<Promise<void>>()
  for (;;) {
    for (let read = start(); read !== undefined; read = start()) {
      const own: Promise<void> = read.finally(() => underWay.delete(own))
      underWay.add(own)
    }
    if (underWay.size === 0) return
    const { promise: late, resolve } = Promise.withResolvers<'late'>()
    const timer = setTimeout(resolve, lateMs, 'late').unref()
    const first = await Promise.race([...underWay, late])
    clearTimeout(timer)
    if (first === 'late') return
  }
}

function isSame(known: Known, process: Process): boolean {
  return known.tick === startTick(process.startNs) && known.comm === process.comm
}
