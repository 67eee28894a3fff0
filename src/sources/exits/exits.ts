// Chooses the source of each VM's exits: the module if it is loaded, otherwise KVM's own statistics.
import { type ErrorCode, KvminfoError } from '../../errors.ts'
import type { VmExits } from '../../model/exits.ts'
import type { Part, Problem } from '../../model/host-snapshot.ts'
import type { SourceName, SourceState } from '../../model/sources.ts'
import { type Attempt, attempt, once } from '../attempt.ts'
import type { Debugfs, VmDirectories } from '../debugfs/read.ts'
import type { LibvirtStatistics } from '../domstats/libvirt-statistics.ts'
import type { IdentifiedVm } from '../identity/vms.ts'
import type { Kvminfo } from '../kvminfo/parse.ts'
import { processKey } from '../process/process.ts'
import type { PciRegions } from '../qmp/pci-regions.ts'
import type { OfferedSocket, QmpStatistics } from '../qmp/qmp-statistics.ts'
import { sourceState } from '../source-states.ts'
import { Continuity } from './continuity.ts'
import { DeviceCounts } from './device-counts.ts'
import { exitsFrom, type KvmStatistics } from './kvm-statistics.ts'

type ExitsSource = Extract<SourceName, 'module' | 'debugfs' | 'qmp' | 'libvirt'>

interface Counted {
  readonly source: ExitsSource
  readonly exits: VmExits
}

interface Found extends Pick<ExitsReading, 'problems' | 'failure'> {
  readonly counted: ReadonlyMap<number, Counted>
}

/**
 * Errors of the module's file that may be gone at the next read. They are no reason to change to another source, because
 * the counters would then start again.
 */
const transient: ReadonlySet<ErrorCode> = new Set(['SOURCE_FAILED', 'SOURCE_MALFORMED'])

export interface ExitsReading extends Part<ReadonlyMap<number, VmExits>> {
  /** Why no VM has exits; undefined if some VM has them, or if `problems` explains what is missing. */
  readonly failure: KvminfoError | undefined
  /** The state of each source of exits. */
  readonly states: () => SourceState[]
}

export class Exits {
  readonly #debugfs: Debugfs
  readonly #qmp: QmpStatistics
  readonly #libvirt: LibvirtStatistics
  readonly #continuity = new Continuity()
  readonly #devices: DeviceCounts
  readonly #kvminfoPath: string
  /** Whether the module is the source of exits, even if the last read of its file failed. */
  #hasModule = false

  /** `kvminfoPath` is the subject of problems that concern the module's file as a whole. */
  constructor(
    kvminfoPath: string,
    debugfs: Debugfs,
    qmp: QmpStatistics,
    pci: PciRegions,
    libvirt: LibvirtStatistics,
  ) {
    this.#kvminfoPath = kvminfoPath
    this.#debugfs = debugfs
    this.#qmp = qmp
    this.#devices = new DeviceCounts(pci)
    this.#libvirt = libvirt
  }

  /** `directories`: those of debugfs, needed without the module. `uptimeNs`: see `Continuity.sample`. */
  read(
    vms: readonly IdentifiedVm[],
    kvminfo: Attempt<Kvminfo>,
    directories: VmDirectories,
    uptimeNs: number | undefined,
  ): ExitsReading {
    const starts = new Map(vms.map(({ vm }) => [processKey(vm), vm.startNs]))
    const isModuleHidden = kvminfo.error !== undefined && kvminfo.error.code !== 'SOURCE_ABSENT'
    this.#continuity.sample(starts, uptimeNs, isModuleHidden)
    const debugfs = once(() => attempt(() => this.#debugfs.check()))
    this.#hasModule = kvminfo.error === undefined || (this.#hasModule && transient.has(kvminfo.error.code))
    const { counted, problems, failure } =
      kvminfo.error === undefined
        ? this.#fromModule(vms, kvminfo.value.problems)
        : this.#hasModule
          ? { counted: new Map<number, Counted>(), problems: [], failure: kvminfo.error }
          : this.#fromStatistics(vms, kvminfo.error, debugfs(), directories)
    const value = new Map<number, VmExits>()
    // A read that failed is no reason to forget what was counted, and neither is a VM that is missing from one sample.
    if (kvminfo.error === undefined) this.#devices.follow(vms, (key) => this.#continuity.knows(key))
    else if (!this.#hasModule) this.#devices.follow([], () => false)
    for (const { vm, row } of vms) {
      const found = counted.get(vm.pid)
      if (found === undefined) continue
      const key = processKey(vm)
      const exits = this.#continuity.rebase(key, found.source, found.exits)
      const accesses = found.source === 'module' ? row?.accesses : undefined
      if (accesses === undefined) value.set(vm.pid, exits)
      else {
        const { kernelSwitches, userspaceSwitches } = found.exits
        const isNew = this.#continuity.isNew(key)
        const sofar = { accesses, exits: kernelSwitches + userspaceSwitches, isNew }
        value.set(vm.pid, { ...exits, devices: this.#devices.of(vm, sofar) })
      }
    }
    return { value, problems, failure, states: () => this.#states(vms, kvminfo, debugfs(), counted) }
  }

  close(): void {
    this.#qmp.close()
    this.#devices.close()
    this.#libvirt.close()
  }

  #fromModule(vms: readonly IdentifiedVm[], problems: readonly Problem[]): Found {
    this.#follow(
      vms.filter(({ vm }) => vm.vcpus.length === 0),
      false,
    )
    const counted = new Map<number, Counted>()
    for (const { vm, row } of vms) {
      if (row !== undefined) counted.set(vm.pid, { source: 'module', exits: row.exits })
    }
    return { counted, problems, failure: undefined }
  }

  #fromStatistics(
    vms: readonly IdentifiedVm[],
    moduleError: KvminfoError,
    debugfs: Attempt<void>,
    directories: VmDirectories,
  ): Found {
    const problems: Problem[] = []
    /** The number of VMs whose exits no source can give. */
    let withoutSource = 0
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
    // A module that is not loaded, or that this user may not read, is a matter of installation and not a fault.
    if (moduleError.code !== 'SOURCE_ABSENT' && moduleError.code !== 'SOURCE_DENIED')
      problems.push({ subject: this.#kvminfoPath, error: moduleError })
    const rest = vms.filter(({ vm }) => !counted.has(vm.pid))
    this.#follow(rest, debugfs.error !== undefined)
    for (const { vm, name, isManaged, qmpSocket, isConfirmed } of rest) {
      const qmp = isManaged || qmpSocket === undefined ? undefined : this.#qmp.statistics(processKey(vm))
      const libvirt = isManaged && name !== undefined ? this.#libvirt.of(name)?.statistics : undefined
      if (qmp?.value !== undefined) count(vm.pid, 'qmp', qmp.value)
      else if (libvirt !== undefined) count(vm.pid, 'libvirt', libvirt)
      else if (debugfs.error !== undefined) {
        const hasSource = isManaged ? this.#libvirt.isRunning() : qmpSocket !== undefined
        if (!hasSource) withoutSource++
        // No error means that QMP or libvirt has not answered yet.
        const error = !hasSource ? noSource(vm.label) : isManaged ? this.#libvirt.error() : qmp?.error
        // That libvirt does not answer concerns the host, whatever confirms this VM.
        const isUnconfirmed = error !== this.#libvirt.error() && !isConfirmed()
        if (error !== undefined) problems.push({ subject: vm.label, error, isUnconfirmed })
      }
    }
    const failure = vms.length > 0 && withoutSource === vms.length ? moduleError : undefined
    return { counted, problems, failure }
  }

  /** Background sources run only while they are needed. */
  #follow(vms: readonly IdentifiedVm[], needLibvirt: boolean): void {
    const sockets = new Map<string, OfferedSocket>()
    for (const { vm, isManaged, qmpSocket, isConfirmed } of vms) {
      if (!isManaged && qmpSocket !== undefined)
        sockets.set(processKey(vm), { pid: vm.pid, path: qmpSocket, isVouchedFor: isConfirmed() })
    }
    this.#qmp.follow(sockets)
    this.#libvirt.follow(needLibvirt && vms.some(({ isManaged }) => isManaged) && this.#libvirt.isRunning())
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
        inUse: !this.#hasModule && debugfs.error === undefined,
        error: debugfs.error,
      }),
      sourceState('exits', 'qmp', { inUse: isUsed('qmp'), error: this.#qmpError(vms) }),
      sourceState('exits', 'libvirt', {
        inUse: isUsed('libvirt'),
        error: this.#libvirt.error() ?? (this.#libvirt.isRunning() ? undefined : noLibvirt),
      }),
    ]
  }

  /** Why QMP answers for no VM; undefined if it answers, or may still answer, for one. */
  #qmpError(vms: readonly IdentifiedVm[]): KvminfoError | undefined {
    const plain = vms.filter(({ isManaged, qmpSocket }) => !isManaged && qmpSocket !== undefined)
    if (plain.length === 0) return noSocket
    const errors = plain.map(({ vm }) => this.#qmp.statistics(processKey(vm))?.error)
    return errors.every((error) => error !== undefined) ? errors[0] : undefined
  }
}

const noSocket = new KvminfoError(
  'SOURCE_ABSENT',
  'no QEMU outside libvirt offers a QMP socket; to offer one, start it with -qmp unix:/run/NAME.sock,server=on,wait=off',
)

const noLibvirt = new KvminfoError(
  'SOURCE_ABSENT',
  'libvirt is not running: its read-only socket does not exist',
)

const noSource = (label: string): KvminfoError =>
  new KvminfoError(
    'SOURCE_ABSENT',
    `no source gives the exits of VM ${JSON.stringify(label)}: load the kvminfo module (modprobe kvminfo)`,
  )
