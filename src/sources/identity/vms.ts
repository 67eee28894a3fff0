// Joins what each source says about a VM into the model's Vm. Does no I/O of its own: `Evidence` gives it the data.
import { KvminfoError } from '../../errors.ts'
import type { Part, Problem } from '../../model/host-snapshot.ts'
import type { Vcpu, Vm, VmState } from '../../model/vm.ts'
import { mayBeVm } from '../cmdline/command-lines.ts'
import type { QemuCommandLine, Reading } from '../cmdline/parse.ts'
import type { KvminfoRow } from '../kvminfo/row.ts'
import type { LibvirtDomain } from '../libvirt-status/parse.ts'
import { type Process, startTick } from '../process/process.ts'
import { type Excess, excessOf, maxUnconfirmedVms } from './bounds.ts'
import { type Description, descriptionOf, maxDevices, withoutDevices } from './description.ts'
import { type Labels, safeName } from './label.ts'
import { keyOf, ownerOf } from './owner.ts'
import { stateOf } from './state.ts'
import { Unconfirmed } from './unconfirmed.ts'
import { mergeVcpus, vcpusByThreadName } from './vcpus.ts'

export interface Evidence {
  readonly processes: ReadonlyMap<number, Process>
  /** Rows of /proc/kvminfo by pid; empty without the module. */
  readonly kvminfo: ReadonlyMap<number, KvminfoRow>
  /** libvirt's running KVM domains by pid. */
  readonly domains: ReadonlyMap<number, LibvirtDomain>
  /** Whether every status file of libvirt has been read at least once. */
  readonly domainsKnown: boolean
  /** undefined while the command line of the process has not been read. */
  readonly commandLineOf: (process: Process) => (Pick<Reading, 'commandLine'> & Partial<Reading>) | undefined
  /** The vCPU threads that a QEMU outside libvirt reports over QMP; empty if it was not asked. */
  readonly qmpVcpus: (process: Process) => readonly Vcpu[]
  /** The state that such a QEMU reports over QMP; undefined if it was not asked. */
  readonly qmpState: (process: Process) => VmState | undefined
  /** The balloon size that QMP or libvirt reported; undefined if they were not asked. */
  readonly balloonBytes: (process: Process, name: string | undefined) => number | undefined
  /** The process's vCPUs in KVM's debugfs whose thread is known; undefined if debugfs has no vCPU of the process. */
  readonly debugfsVcpus: (pid: number) => readonly Vcpu[] | undefined
  /** Names of the process's threads by tid. */
  readonly threadNames: (pid: number) => ReadonlyMap<number, string>
  readonly hasThread: (pid: number, tid: number) => boolean
}

/** A VM, with data about it that only the sources need. */
export interface IdentifiedVm {
  readonly vm: Vm
  /** The raw name from libvirt or the command line. */
  readonly name: string | undefined
  /** Whether libvirt started it. */
  readonly isManaged: boolean
  readonly qmpSocket: string | undefined
  /** Whether libvirt or KVM confirms that this process is a VM. It can cost reads of debugfs. */
  readonly isConfirmed: () => boolean
  /** Its row in /proc/kvminfo, checked to be of this process. */
  readonly row: KvminfoRow | undefined
}

interface Candidate {
  readonly process: Process
  readonly row: KvminfoRow | undefined
  readonly domain: LibvirtDomain | undefined
  readonly commandLine: QemuCommandLine | undefined
  readonly description: Description
  /** Read only if nothing else identifies the process as a VM. */
  readonly debugfsVcpus: readonly Vcpu[] | undefined
  /**
   * How strongly the evidence says that this process really is the VM whose name it has. 2: libvirt says so in a file
   * that only root can write. 1: KVM has a VM of this process. 0: only its command line says so, which any user can fake.
   */
  readonly strength: () => number
}

export interface Identified extends Part<readonly IdentifiedVm[]> {
  /** Problems that cost VMs their disks, NICs or host devices. */
  readonly deviceProblems: readonly Problem[]
}

/** The host's VMs in ascending order of pid. */
export function assembleVms(evidence: Evidence, names: Labels): Identified {
  const problems: Problem[] = []
  const deviceProblems: Problem[] = []
  const candidates = candidatesIn(evidence, problems)
  const labels = names.of(
    candidates.map(({ process: { pid, startNs }, domain, commandLine, strength }) => ({
      pid,
      startNs,
      name: domain?.name ?? commandLine?.name,
      key: keyOf(domain, commandLine),
      strength,
    })),
  )
  const excess = excessIn(candidates, labels)
  if (excess.vms.size > 0) problems.push(tooMany(excess.vms.size, 'are left out'))
  if (excess.devices.size > 0) deviceProblems.push(tooMany(excess.devices.size, 'are shown without devices'))
  const value: IdentifiedVm[] = []
  const wide = new Unconfirmed()
  for (const candidate of candidates) {
    const { process, row, domain, commandLine, description, strength } = candidate
    const label = labels.get(process.pid)!
    const isConfirmed = () => strength() > 0
    if (excess.vms.has(process.pid)) continue
    const isBare = excess.devices.has(process.pid)
    if (!isBare && description.leftOut > 0) {
      if (isConfirmed()) deviceProblems.push(devicesLeftOut(label, description))
      else wide.add(process.pid, `VM ${label}: ${description.leftOut} devices`)
    }
    value.push({
      vm: vmOf(
        isBare ? { ...candidate, description: withoutDevices(description) } : candidate,
        label,
        evidence,
      ),
      name: domain?.name ?? commandLine?.name,
      isManaged: domain !== undefined || commandLine?.isManaged === true,
      qmpSocket: commandLine?.qmpSocket,
      isConfirmed,
      row,
    })
  }
  deviceProblems.push(
    ...wide.problem(
      'DEVICES_LEFT_OUT',
      'devices of processes that only their command lines call VMs',
      `only the first ${maxDevices} disks, network interfaces and host devices are shown`,
    ),
  )
  return { value, problems, deviceProblems }
}

/** Adds to `problems` the processes that may be VMs and cannot be shown yet. */
function candidatesIn(evidence: Evidence, problems: Problem[]): Candidate[] {
  const candidates: Candidate[] = []
  const overBudget = new Unconfirmed()
  const unread = new Unconfirmed()
  for (const process of candidateProcesses(evidence)) {
    const row = rowOf(evidence, process)
    const read = evidence.commandLineOf(process)
    // KVM may have a VM of it, but no guest.
    if (read?.isProbe === true) continue
    const domain = domainOf(evidence, process, read)
    const commandLine = read?.commandLine
    const isKnown = row !== undefined || domain !== undefined || commandLine !== undefined
    const ofDebugfs = memoryOf(() => debugfsVcpusOf(evidence, process))
    const debugfsVcpus = isKnown ? undefined : ofDebugfs()
    const strength = () => (domain !== undefined ? 2 : row !== undefined || ofDebugfs() !== undefined ? 1 : 0)
    if (read?.excess !== undefined) {
      if (strength() > 0) problems.push(tooMuch(process, read.excess))
      else overBudget.add(process.pid, read.excess)
    }
    if (isKnown || debugfsVcpus !== undefined) {
      // Shown now, it would change its label or the names of its devices at a later scrape.
      const isPending = read === undefined || (commandLine?.isManaged === true && !evidence.domainsKnown)
      if (isPending && domain === undefined) {
        if (strength() > 0) problems.push(notIdentified(process))
        else unread.add(process.pid, pending)
      } else {
        const description = descriptionOf(domain, commandLine)
        candidates.push({ process, row, domain, commandLine, description, debugfsVcpus, strength })
      }
    } else if (read === undefined && mayBeVm(process.comm)) unread.add(process.pid, pending)
  }
  problems.push(
    ...overBudget.problem(
      'SOURCE_FAILED',
      'command lines of processes that may not be VMs',
      'the command line is not used, because it has more than any VM needs',
    ),
    ...unread.problem(
      'SOURCE_FAILED',
      'processes that may be VMs',
      'not identified yet, and left out until then',
    ),
  )
  return candidates
}

const pending =
  'identifying many VMs takes a few seconds; if this message persists, a process hangs and its command line cannot be read ' +
  '(see /proc/<pid>/stack)'

function memoryOf<T>(read: () => T): () => T {
  let result: { readonly value: T } | undefined
  return () => {
    result ??= { value: read() }
    return result.value
  }
}

/** The usual host is far from the budget even if nothing confirms its VMs; then no evidence needs to be read. */
function excessIn(candidates: readonly Candidate[], labels: ReadonlyMap<number, string>): Excess {
  const bounded = candidates
    .filter(({ domain, row }) => domain === undefined && row === undefined)
    .map(({ process: { pid, startNs }, description, strength }) => {
      return { pid, startNs, label: labels.get(pid)!, description, strength }
    })
  const excess = excessOf(bounded)
  if (excess.vms.size === 0 && excess.devices.size === 0) return excess
  return excessOf(bounded.filter(({ strength }) => strength() === 0))
}

/** All visible processes, and those that this user sees only through the module (/proc mounted with hidepid). */
function candidateProcesses({ processes, kvminfo }: Evidence): Process[] {
  const hidden: Process[] = []
  for (const [pid, { startNs }] of kvminfo) {
    if (!processes.has(pid) && startNs !== undefined) hidden.push({ pid, startNs, comm: '' })
  }
  return [...processes.values(), ...hidden].sort((a, b) => a.pid - b.pid)
}

/** The row of this process; undefined if the row belongs to an earlier process with the same pid. */
function rowOf({ kvminfo }: Evidence, process: Process): KvminfoRow | undefined {
  const row = kvminfo.get(process.pid)
  return row?.startNs === undefined || startTick(row.startNs) === startTick(process.startNs) ? row : undefined
}

/** A status file outlives its VM if libvirtd died with it. Its pid may belong to another process by now. */
function domainOf(
  { domains, hasThread }: Evidence,
  { pid }: Process,
  read: { readonly commandLine: QemuCommandLine | undefined } | undefined,
): LibvirtDomain | undefined {
  const domain = domains.get(pid)
  if (domain === undefined || read === undefined) return domain
  const { commandLine } = read
  // An emulator with another program name is not recognized as QEMU. Its threads must then match those of the file.
  if (commandLine === undefined)
    return domain.vcpus.some(({ tid }) => hasThread(pid, tid)) ? domain : undefined
  return commandLine.uuid === undefined || domain.uuid === undefined || commandLine.uuid === domain.uuid
    ? domain
    : undefined
}

/**
 * The vCPUs in debugfs that belong to this process. If the thread that created a VM has ended, this process may have
 * its number by now; then none of the vCPU threads is here. Kernels before 5.19 name no threads, so there is no check.
 */
function debugfsVcpusOf(
  { debugfsVcpus, hasThread }: Evidence,
  { pid }: Process,
): readonly Vcpu[] | undefined {
  const vcpus = debugfsVcpus(pid)
  if (vcpus === undefined || vcpus.length === 0) return vcpus
  const own = vcpus.filter(({ tid }) => hasThread(pid, tid))
  return own.length === 0 ? undefined : own
}

function notIdentified({ pid }: Process): Problem {
  return {
    subject: `/proc/${pid}/cmdline`,
    error: new KvminfoError(
      'SOURCE_FAILED',
      `process ${pid} is not identified yet and is left out until then: ${pending}`,
    ),
  }
}

function tooMuch({ pid }: Process, excess: string): Problem {
  return {
    subject: `/proc/${pid}/cmdline`,
    error: new KvminfoError(
      'SOURCE_FAILED',
      `the command line of process ${pid} is not used, because it has ${excess}; check it: it may not be a VM at all`,
    ),
  }
}

function devicesLeftOut(label: string, { leftOut }: Description): Problem {
  return {
    subject: label,
    error: new KvminfoError(
      'DEVICES_LEFT_OUT',
      `VM ${label}: ${leftOut} of its devices are not shown, because only the first ${maxDevices} disks, network ` +
        `interfaces and host devices of a VM are; check its command line: it may not be a VM at all`,
    ),
  }
}

/** One problem for all of them, because there can be as many as the host has processes. */
function tooMany(count: number, what: string): Problem {
  return {
    subject: 'processes that only their command lines call VMs',
    isUnconfirmed: true,
    error: new KvminfoError(
      'DEVICES_LEFT_OUT',
      `${count} processes that neither libvirt nor KVM confirms to be VMs ${what}: all such processes together have more ` +
        `than ${maxUnconfirmedVms} names, or more text than is shown; load the kvminfo module to confirm those that are VMs`,
    ),
  }
}

const none: readonly Vcpu[] = []

function vmOf(candidate: Candidate, label: string, evidence: Evidence): Vm {
  const { process, row, domain, commandLine, description } = candidate
  const { pid, startNs } = process
  // Any process can offer a QMP socket and list the threads of another one there.
  const qmpVcpus = evidence.qmpVcpus(process).filter(({ tid }) => evidence.hasThread(pid, tid))
  let vcpus = mergeVcpus(row?.vcpus ?? none, domain?.vcpus ?? none)
  if (qmpVcpus.length > 0) vcpus = mergeVcpus(row?.vcpus ?? none, domain?.vcpus ?? none, qmpVcpus)
  if (vcpus.length === 0) vcpus = mergeVcpus(vcpusByThreadName(evidence.threadNames(pid)))
  if (vcpus.length === 0)
    vcpus = mergeVcpus(candidate.debugfsVcpus ?? debugfsVcpusOf(evidence, process) ?? [])
  return {
    label,
    pid,
    startNs,
    uuid: description.uuid,
    machine: description.machine,
    state: stateOf(domain?.state) ?? evidence.qmpState(process),
    owner: ownerOf(domain, commandLine),
    ...(domain?.guestOs === undefined ? {} : { guestOs: safeName(domain.guestOs) }),
    identitySource: domain !== undefined ? 'libvirt' : commandLine !== undefined ? 'cmdline' : 'none',
    vcpus,
    disks: description.disks,
    nics: description.nics,
    hostDevices: description.hostDevices,
    memoryMaxBytes: domain?.memoryMaxBytes ?? commandLine?.memoryBytes,
    balloonBytes: domain?.balloonBytes ?? evidence.balloonBytes(process, commandLine?.name),
  }
}
