// Reads KVM's VMs in debugfs. Each VM has a directory `kvm/<tid>-<fd>/`, where <tid> is the thread that created the VM.
// The directory contains one file per statistic and one directory `vcpu<id>/` per vCPU.
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

/** The names of the VMs' directories, by the pid of the process that owns the VMs. */
export type VmDirectories = ReadonlyMap<number, readonly string[]>

export interface DebugfsStatistics {
  /** By pid. If one process has several VMs, these are sums over them. */
  readonly statistics: ReadonlyMap<number, KvmStatistics>
  readonly problems: readonly Problem[]
}

const tgid = new StatusLine('Tgid')

/** `<tid>-<fd>` */
const directoryName = /^(\d+)-\d+$/

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
   * Throws if no VM's statistics can be read: debugfs is not mounted, the user is not root, the kernel is locked down.
   * Any other error concerns one VM, which may be half created or ending. libvirt, for example, starts short-lived VMs
   * to find out what KVM can do.
   */
  check(): void {
    for (const name of this.#names()) {
      if (!directoryName.test(name)) continue
      const { error } = attempt(() => this.#statistic(name, 'exits'))
      if (error === undefined) return
      if (error.code === 'SOURCE_DENIED') throw error
    }
  }

  /** All VMs by process. The main thread of one of `processes` usually created the VM, which needs no further read. */
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

  /** The vCPUs in `directories`, each with the thread that last ran it; undefined if there is no vCPU. */
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

  /** The process of the thread that created the VM or, if that thread has ended, of the thread of the first vCPU. */
  #processOf(tid: number, name: string): number | undefined {
    return this.#tgid(tid) ?? this.#tgid(this.#vcpuThread(name, 0))
  }

  #tgid(tid: number | undefined): number | undefined {
    if (tid === undefined) return undefined
    try {
      return tgid.number(this.#file.bytes(join(this.#procfs, String(tid), 'status')))
    } catch {
      // The thread has ended.
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
      // The VM has ended since it was listed.
      return []
    }
  }

  /** undefined before the vCPU's first run (the file says 0), and on kernels without this file (before 5.19). */
  #vcpuThread(name: string, id: number): number | undefined {
    try {
      return decimal(this.#file.ascii(join(this.#directory, name, `vcpu${id}`, 'pid')).trim()) || undefined
    } catch {
      return undefined
    }
  }

  #names(): string[] {
    try {
      return readdirSync(this.#directory)
    } catch (cause) {
      const message = `debugfs is not mounted or kvm is not loaded: there is no ${this.#directory}`
      throw this.#explain(absentAs(message, cause, this.#directory))
    }
  }

  #list(): { name: string; tid: number }[] {
    return this.#names().flatMap((name) => {
      const tid = directoryName.exec(name)?.[1]
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
      throw new KvminfoError('VM_VANISHED', `the VM ended while ${path} was being read`, { cause })
    }
    const value = decimal(text.trim())
    if (value === undefined) throw new KvminfoError('SOURCE_MALFORMED', `${path} does not contain a number`)
    return value
  }

  #explain(error: KvminfoError): KvminfoError {
    const isLockdown = (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EPERM'
    if (!isLockdown) return error
    return new KvminfoError(
      'SOURCE_DENIED',
      `${error.message}; the kernel is locked down, which Secure Boot does: load the kvminfo module, signed, instead`,
      { cause: error.cause },
    )
  }
}
