// KVM's VMs in debugfs: `kvm/<id>-<fd>/`, a directory a VM, where <id> is the thread that made the VM; in it a file a
// statistic and a directory `vcpu<id>/` a vCPU.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { KvminfoError } from '../../errors.ts'
import type { Problem } from '../../model/host-snapshot.ts'
import type { Vcpu } from '../../model/vm.ts'
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

/** Names of the directories of VMs, by the pid of the process that has them. */
export type VmDirectories = ReadonlyMap<number, readonly string[]>

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

  /**
   * Throws where no VM's statistics can be read: not mounted, not root, kernel locked down. Any other error is that of
   * one VM, which may be half made or ending, as those are that libvirt makes to ask what KVM can do.
   */
  check(): void {
    for (const { name } of this.#list()) {
      const { error } = attempt(() => this.#statistic(name, 'exits'))
      if (error === undefined) return
      if (error.code === 'SOURCE_DENIED') throw error
    }
  }

  /** Whose VMs there are: as a rule the main thread of one of `processes` made them, which needs no further look. */
  vms(processes: { has(pid: number): boolean }): VmDirectories {
    const directories = new Map<number, string[]>()
    for (const { name, tid } of this.#list()) {
      const pid = processes.has(tid) ? tid : this.#processOf(tid, name)
      if (pid === undefined) continue
      const others = directories.get(pid)
      if (others === undefined) directories.set(pid, [name])
      else others.push(name)
    }
    return directories
  }

  /** The vCPUs in `directories` with the thread that ran each last; undefined where there is no vCPU. */
  vcpus(directories: readonly string[]): readonly Vcpu[] | undefined {
    const vcpus = directories.flatMap((name) => this.#vcpuIds(name).map((id) => ({ name, id })))
    if (vcpus.length === 0) return undefined
    return vcpus.flatMap(({ name, id }) => {
      const tid = this.#vcpuThread(name, id)
      return tid === undefined ? [] : [{ id, tid }]
    })
  }

  /** The statistics of the processes in `pids`. */
  read(vms: VmDirectories, pids: Iterable<number>): DebugfsStatistics {
    const statistics = new Map<number, KvmStatistics>()
    const problems: Problem[] = []
    for (const pid of pids) {
      for (const name of vms.get(pid) ?? []) {
        const { value, error } = attempt(() => this.#statistics(name))
        if (error !== undefined) problems.push({ subject: join(this.#directory, name), error })
        else {
          const before = statistics.get(pid)
          statistics.set(pid, before === undefined ? value : addStatistics(before, value))
        }
      }
    }
    return { statistics, problems }
  }

  #statistics(name: string): KvmStatistics {
    const sums: Partial<Record<StatisticName, number>> = {}
    for (const statistic of statisticNames) sums[statistic] = this.#statistic(name, statistic)
    return sums as KvmStatistics
  }

  /** The process that a thread belongs to: of the one that made the VM or, where it ended, of the VM's first vCPU. */
  #processOf(tid: number, name: string): number | undefined {
    return this.#tgid(tid) ?? this.#tgid(this.#vcpuThread(name, 0))
  }

  #tgid(tid: number | undefined): number | undefined {
    if (tid === undefined) return undefined
    try {
      return tgid.number(this.#file.bytes(join(this.#procfs, String(tid), 'status')))
    } catch {
      // That thread ended.
      return undefined
    }
  }

  #vcpuIds(name: string): number[] {
    try {
      return readdirSync(join(this.#directory, name)).flatMap((entry) => {
        const id = /^vcpu(\d+)$/.exec(entry)?.[1]
        return id === undefined ? [] : [Number(id)]
      })
    } catch {
      // The VM ended since it was listed.
      return []
    }
  }

  /** undefined before the vCPU's first run (0), and on kernels without this file (older than 5.19). */
  #vcpuThread(name: string, id: number): number | undefined {
    try {
      return decimal(this.#file.ascii(join(this.#directory, name, `vcpu${id}`, 'pid')).trim()) || undefined
    } catch {
      return undefined
    }
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
