// Chooses where each VM's exits come from: the module where there is one, else KVM's own statistics.
import { KvminfoError } from '../../errors.ts'
import type { VmExits } from '../../model/exits.ts'
import type { Part, Problem } from '../../model/host-snapshot.ts'
import type { SourceName, SourceState } from '../../model/sources.ts'
import { type Attempt, attempt, once } from '../attempt.ts'
import type { Debugfs, VmDirectories } from '../debugfs/read.ts'
import type { LibvirtStatistics } from '../domstats/libvirt-statistics.ts'
import type { IdentifiedVm } from '../identity/vms.ts'
import type { Kvminfo } from '../kvminfo/parse.ts'
import { processKey } from '../process/process.ts'
import type { QmpStatistics } from '../qmp/qmp-statistics.ts'
import { sourceState } from '../source-states.ts'
import { Continuity } from './continuity.ts'
import { exitsFrom, type KvmStatistics } from './kvm-statistics.ts'

type ExitsSource = Extract<SourceName, 'module' | 'debugfs' | 'qmp' | 'libvirt'>

interface Counted {
  readonly source: ExitsSource
  readonly exits: VmExits
}

export interface ExitsReading extends Part<ReadonlyMap<number, VmExits>> {
  /** The state of each source of exits. */
  readonly states: () => SourceState[]
}

export class Exits {
  readonly #debugfs: Debugfs
  readonly #qmp: QmpStatistics
  readonly #libvirt: LibvirtStatistics
  readonly #continuity = new Continuity()

  constructor(debugfs: Debugfs, qmp: QmpStatistics, libvirt: LibvirtStatistics) {
    this.#debugfs = debugfs
    this.#qmp = qmp
    this.#libvirt = libvirt
  }

  /** `directories`: those of debugfs, needed where there is no module. */
  read(
    vms: readonly IdentifiedVm[],
    kvminfo: Attempt<Kvminfo>,
    directories: VmDirectories,
    uptimeNs: number,
  ): ExitsReading {
    const starts = new Map(vms.map(({ vm }) => [processKey(vm), vm.startNs]))
    const isModuleHidden = kvminfo.error !== undefined && kvminfo.error.code !== 'SOURCE_ABSENT'
    this.#continuity.look(starts, uptimeNs, isModuleHidden)
    const debugfs = once(() => attempt(() => this.#debugfs.check()))
    const problems: Problem[] = []
    const counted =
      kvminfo.error === undefined
        ? this.#fromModule(vms, kvminfo.value, problems)
        : this.#fromStatistics(vms, debugfs(), directories, problems)
    if (kvminfo.error?.code === 'SOURCE_MALFORMED' || kvminfo.error?.code === 'SOURCE_VERSION')
      problems.push({ subject: '/proc/kvminfo', error: kvminfo.error })
    const value = new Map<number, VmExits>()
    for (const { vm } of vms) {
      const found = counted.get(vm.pid)
      if (found !== undefined)
        value.set(vm.pid, this.#continuity.rebase(processKey(vm), found.source, found.exits))
    }
    return { value, problems, states: () => this.#states(vms, kvminfo, debugfs(), counted) }
  }

  close(): void {
    this.#qmp.close()
    this.#libvirt.close()
  }

  #fromModule(vms: readonly IdentifiedVm[], kvminfo: Kvminfo, problems: Problem[]): Map<number, Counted> {
    this.#follow(
      vms.filter(({ vm }) => vm.vcpus.length === 0),
      false,
    )
    problems.push(...kvminfo.problems)
    const counted = new Map<number, Counted>()
    for (const { vm } of vms) {
      const row = kvminfo.rows.get(vm.pid)
      if (row !== undefined) counted.set(vm.pid, { source: 'module', exits: row.exits })
    }
    return counted
  }

  #fromStatistics(
    vms: readonly IdentifiedVm[],
    debugfs: Attempt<void>,
    directories: VmDirectories,
    problems: Problem[],
  ): Map<number, Counted> {
    const counted = new Map<number, Counted>()
    const count = (pid: number, source: ExitsSource, statistics: KvmStatistics) =>
      counted.set(pid, { source, exits: exitsFrom(pid, statistics) })
    if (debugfs.error === undefined) {
      const read = this.#debugfs.read(
        directories,
        vms.map(({ vm }) => vm.pid),
      )
      problems.push(...read.problems)
      for (const [pid, statistics] of read.statistics) count(pid, 'debugfs', statistics)
    }
    const rest = vms.filter(({ vm }) => !counted.has(vm.pid))
    this.#follow(rest, debugfs.error !== undefined)
    for (const { vm, name, isManaged, qmpSocket } of rest) {
      const qmp = isManaged || qmpSocket === undefined ? undefined : this.#qmp.statistics(processKey(vm))
      const libvirt = isManaged && name !== undefined ? this.#libvirt.of(name)?.statistics : undefined
      if (qmp?.value !== undefined) count(vm.pid, 'qmp', qmp.value)
      else if (libvirt !== undefined) count(vm.pid, 'libvirt', libvirt)
      else if (debugfs.error !== undefined) {
        // Where neither is wrong the background has not answered yet.
        const isHopeless = isManaged ? !this.#libvirt.isRunning() : qmpSocket === undefined
        const error = isHopeless ? unreachable(vm.label) : isManaged ? this.#libvirt.error() : qmp?.error
        if (error !== undefined) problems.push({ subject: vm.label, error })
      }
    }
    return counted
  }

  /** Background sources run while they are needed and no longer. */
  #follow(vms: readonly IdentifiedVm[], needLibvirt: boolean): void {
    const sockets = new Map<string, string>()
    for (const { vm, isManaged, qmpSocket } of vms) {
      if (!isManaged && qmpSocket !== undefined) sockets.set(processKey(vm), qmpSocket)
    }
    this.#qmp.follow(sockets)
    this.#libvirt.follow(needLibvirt && this.#libvirt.isRunning())
  }

  #states(
    vms: readonly IdentifiedVm[],
    kvminfo: Attempt<Kvminfo>,
    debugfs: Attempt<void>,
    counted: ReadonlyMap<number, Counted>,
  ): SourceState[] {
    const isUsed = (source: ExitsSource) => [...counted.values()].some((one) => one.source === source)
    return [
      sourceState('exits', 'module', { inUse: kvminfo.error === undefined, error: kvminfo.error }),
      sourceState('exits', 'debugfs', {
        inUse: kvminfo.error !== undefined && debugfs.error === undefined,
        error: debugfs.error,
      }),
      sourceState('exits', 'qmp', { inUse: isUsed('qmp'), error: this.#qmpError(vms) }),
      sourceState('exits', 'libvirt', {
        inUse: isUsed('libvirt'),
        error: this.#libvirt.error() ?? (this.#libvirt.isRunning() ? undefined : noLibvirt),
      }),
    ]
  }

  /** Why QMP tells of no VM; undefined where it may. */
  #qmpError(vms: readonly IdentifiedVm[]): KvminfoError | undefined {
    const plain = vms.filter(({ isManaged, qmpSocket }) => !isManaged && qmpSocket !== undefined)
    if (plain.length === 0) return noSocket
    const errors = plain.map(({ vm }) => this.#qmp.statistics(processKey(vm))?.error)
    return errors.every((error) => error !== undefined) ? errors[0] : undefined
  }
}

const noSocket = new KvminfoError(
  'SOURCE_ABSENT',
  'no QEMU outside libvirt offers a QMP socket (-qmp unix:/run/NAME.sock,server=on,wait=off)',
)

const noLibvirt = new KvminfoError('SOURCE_ABSENT', 'libvirt does not run: it has no read-only socket')

const unreachable = (label: string): KvminfoError =>
  new KvminfoError(
    'SOURCE_ABSENT',
    `nothing here tells where the exits of ${JSON.stringify(label)} end: load the kvminfo module (modprobe kvminfo)`,
  )
