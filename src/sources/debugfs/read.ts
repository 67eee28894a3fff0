// KVM's statistics in debugfs: `kvm/<id>-<fd>/<name>`, a directory a VM, where <id> is the thread that made the VM.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { KvminfoError } from '../../errors.ts'
import type { Problem } from '../../model/host-snapshot.ts'
import { attempt } from '../attempt.ts'
import { decimal } from '../decimal.ts'
import {
  addStatistics,
  type KvmStatistics,
  type StatisticName,
  statisticNames,
} from '../exits/kvm-statistics.ts'
import { StatusLine } from '../process/status.ts'
import { absentAs, sourceError } from '../source-error.ts'
import type { WholeFile } from '../whole-file.ts'

export interface DebugfsStatistics {
  /** By pid; VMs of one process are summed. */
  readonly statistics: ReadonlyMap<number, KvmStatistics>
  readonly problems: readonly Problem[]
}

const tgid = new StatusLine('Tgid')

export class Debugfs {
  readonly #directory: string
  readonly #procfs: string
  readonly #file: WholeFile

  constructor(sysfs: string, procfs: string, file: WholeFile) {
    this.#directory = join(sysfs, 'kernel/debug/kvm')
    this.#procfs = procfs
    this.#file = file
  }

  /** Throws where no VM's statistics can be read: not mounted, not root, kernel locked down. */
  check(): void {
    const [first] = this.#list()
    if (first !== undefined) this.#statistic(first.name, 'exits')
  }

  /** The statistics of the processes in `pids`. */
  read(pids: ReadonlySet<number>): DebugfsStatistics {
    const statistics = new Map<number, KvmStatistics>()
    const problems: Problem[] = []
    for (const { name, tid } of this.#list()) {
      const { value, error } = attempt(() => this.#vm(name, tid, pids))
      if (error !== undefined) problems.push({ subject: join(this.#directory, name), error })
      else if (value !== undefined) {
        const before = statistics.get(value.pid)
        statistics.set(value.pid, before === undefined ? value.sums : addStatistics(before, value.sums))
      }
    }
    return { statistics, problems }
  }

  #vm(
    name: string,
    tid: number,
    pids: ReadonlySet<number>,
  ): { pid: number; sums: KvmStatistics } | undefined {
    const pid = pids.has(tid) ? tid : this.#processOf(tid, name)
    if (pid === undefined || !pids.has(pid)) return undefined
    const sums: Partial<Record<StatisticName, number>> = {}
    for (const statistic of statisticNames) sums[statistic] = this.#statistic(name, statistic)
    return { pid, sums: sums as KvmStatistics }
  }

  /** The process that a thread belongs to: of the one that made the VM or, where it ended, of the VM's first vCPU. */
  #processOf(tid: number, name: string): number | undefined {
    const vcpuPid = join(this.#directory, name, 'vcpu0', 'pid')
    for (const candidate of [() => tid, () => decimal(this.#file.ascii(vcpuPid).trim())]) {
      try {
        return tgid.number(this.#file.bytes(join(this.#procfs, String(candidate()), 'status')))
      } catch {
        // That thread ended, or this kernel has no vcpu0/pid (older than 5.19).
      }
    }
    return undefined
  }

  #list(): { name: string; tid: number }[] {
    let names: string[]
    try {
      names = readdirSync(this.#directory)
    } catch (cause) {
      const message = `debugfs is not mounted or kvm is not loaded: there is no ${this.#directory}`
      throw this.#explain(absentAs(message, cause, this.#directory))
    }
    return names.flatMap((name) => {
      const tid = /^(\d+)-\d+$/.exec(name)?.[1]
      return tid === undefined ? [] : [{ name, tid: Number(tid) }]
    })
  }

  #statistic(name: string, statistic: StatisticName): number {
    const path = join(this.#directory, name, statistic)
    let text: string
    try {
      text = this.#file.ascii(path)
    } catch (cause) {
      const error = this.#explain(sourceError(cause, path))
      if (error.code !== 'SOURCE_ABSENT' || existsSync(join(this.#directory, name))) throw error
      throw new KvminfoError('VM_VANISHED', `the VM of ${path} ended while it was read`, { cause })
    }
    const value = decimal(text.trim())
    if (value === undefined) throw new KvminfoError('SOURCE_MALFORMED', `${path} holds no number`)
    return value
  }

  #explain(error: KvminfoError): KvminfoError {
    const isLockdown = (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EPERM'
    if (!isLockdown) return error
    return new KvminfoError(
      'SOURCE_DENIED',
      `${error.message}; the kernel is locked down, as it is under Secure Boot: use the kvminfo module, signed`,
      { cause: error.cause },
    )
  }
}
