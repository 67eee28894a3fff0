// Whether a request means a VM that runs here now: the same process (pid and start), a KVM virtual machine, with the UUID
// of its own command line, and a thread that is one of its vCPUs.
import type { VmIdentity } from '../model/remediation.ts'
import { attempt } from '../sources/attempt.ts'
import { CommandLines } from '../sources/cmdline/command-lines.ts'
import { vcpusByThreadName } from '../sources/identity/vcpus.ts'
import { readKvminfo } from '../sources/kvminfo/read.ts'
import type { KvminfoRow } from '../sources/kvminfo/row.ts'
import { type Process, startTick } from '../sources/process/process.ts'
import { readProcess } from '../sources/process/read.ts'
import { readUptimeNs } from '../sources/uptime/read.ts'
import type { WholeFile } from '../sources/whole-file.ts'
import { type Problem, refused, stale } from './problem.ts'
import type { VmProcess } from './vm-files.ts'

export interface IdentifiedVm {
  readonly identity: VmIdentity
  /** Raw, from the command line or from libvirt's definition. */
  readonly name: string | undefined
}

/** Whether this very process still runs. */
export function isRunning(procfs: string, { pid, startTick: tick }: VmProcess, file: WholeFile): boolean {
  const process = readProcess(`${procfs}/${pid}/stat`, pid, file)
  return process !== undefined && startTick(process.startNs) === tick
}

/** Whether this very thread of the process still runs. */
export function isThreadRunning(
  procfs: string,
  pid: number,
  thread: { readonly tid: number; readonly startTick: number },
  file: WholeFile,
): boolean {
  const found = readProcess(`${procfs}/${pid}/task/${thread.tid}/stat`, thread.tid, file)
  return found !== undefined && startTick(found.startNs) === thread.startTick
}

export class Identities {
  readonly #procfs: string
  readonly #file: WholeFile
  readonly #commandLines: CommandLines
  /** The VMs that were asked for and still ran at the last look, by pid. Their command lines are known. */
  readonly #known = new Map<number, Process>()

  constructor(procfs: string, file: WholeFile) {
    this.#procfs = procfs
    this.#file = file
    this.#commandLines = new CommandLines(procfs)
  }

  /** Waits at most two seconds for the command line, which a stuck VM may hold back. */
  async identify(identity: VmIdentity): Promise<IdentifiedVm | Problem> {
    const { pid, uuid } = identity
    const process = readProcess(`${this.#procfs}/${pid}/stat`, pid, this.#file)
    if (process === undefined) return stale(`process ${pid} has ended`)
    if (startTick(process.startNs) !== identity.startTick)
      return stale(`process ${pid} has ended, and another one has its number`)
    const row = this.row(process)
    if (row === 'none')
      return refused(
        `process ${pid} is not a VM: the kvminfo module is loaded and has no VM of it in /proc/kvminfo`,
      )
    await this.#readCommandLine(process, row !== 'unknown')
    const reading = this.#commandLines.of(process)
    if (reading === undefined)
      return refused(
        `the command line of process ${pid} cannot be read now; if that persists, the VM hangs: see ${this.#procfs}/${pid}/stack`,
      )
    const { commandLine } = reading
    if (commandLine === undefined)
      return refused(`process ${pid} is not a KVM virtual machine by its command line`)
    const own = commandLine.uuid?.toLowerCase() ?? null
    if (own !== uuid)
      return stale(`process ${pid} is VM ${own ?? 'without a UUID'}, not ${uuid ?? 'one without a UUID'}`)
    // It may have ended meanwhile.
    if (!isRunning(this.#procfs, identity, this.#file)) return stale(`process ${pid} has ended`)
    return { identity, name: commandLine.name }
  }

  /** undefined if the thread belongs to that VM, and is one of its vCPUs unless any thread is meant. */
  threadProblem(vm: VmProcess, tid: number, tick: number, isAnyThread: boolean): Problem | undefined {
    const directory = `${this.#procfs}/${vm.pid}/task/${tid}`
    const thread = readProcess(`${directory}/stat`, tid, this.#file)
    if (thread === undefined) return stale(`thread ${tid} of process ${vm.pid} has ended`)
    if (startTick(thread.startNs) !== tick)
      return stale(`thread ${tid} of process ${vm.pid} has ended, and another one has its number`)
    if (isAnyThread) return undefined
    if (vcpusByThreadName(new Map([[tid, thread.comm]])).length === 1) return undefined
    const process = readProcess(`${this.#procfs}/${vm.pid}/stat`, vm.pid, this.#file)
    const row = process === undefined ? 'none' : this.row(process)
    if (typeof row === 'object' && row.vcpus.some((vcpu) => vcpu.tid === tid)) return undefined
    return refused(
      `thread ${tid} of process ${vm.pid} is not known to be a vCPU: load the kvminfo module, or start QEMU with -name debug-threads=on`,
    )
  }

  /** `unknown` if the module is not loaded or may not be read; `none` if it says that the process is no VM. */
  row(process: Process): KvminfoRow | 'none' | 'unknown' {
    const { value } = attempt(() => readKvminfo(this.#procfs, this.#file))
    if (value === undefined) return 'unknown'
    const row = value.rows.get(process.pid)
    if (row === undefined) return 'none'
    // The thesis's format does not say when the process started.
    return row.startNs === undefined || startTick(row.startNs) === startTick(process.startNs) ? row : 'none'
  }

  async #readCommandLine(process: Process, isVouchedFor: boolean): Promise<void> {
    if (!this.#known.has(process.pid)) {
      for (const { pid, startNs } of this.#known.values())
        if (!isRunning(this.#procfs, { pid, startTick: startTick(startNs) }, this.#file))
          this.#known.delete(pid)
    }
    this.#known.set(process.pid, process)
    const likely = { has: (pid: number) => isVouchedFor && pid === process.pid }
    await this.#commandLines.refresh(this.#known, likely, readUptimeNs(this.#procfs, this.#file))
  }
}
