// Joins what each source says of a VM into the model's Vm. Pure: everything was read before.
import { KvminfoError } from '../../errors.ts'
import type { Part, Problem } from '../../model/host-snapshot.ts'
import type { Vcpu, Vm } from '../../model/vm.ts'
import { mayBeVm } from '../cmdline/command-lines.ts'
import type { QemuCommandLine } from '../cmdline/parse.ts'
import type { KvminfoRow } from '../kvminfo/row.ts'
import type { LibvirtDomain } from '../libvirt-status/parse.ts'
import { type Process, startTick } from '../process/process.ts'
import { type Description, descriptionOf, maxDevices } from './description.ts'
import { uniqueLabels } from './label.ts'
import { mergeVcpus, vcpusByThreadName } from './vcpus.ts'

export interface Evidence {
  readonly processes: ReadonlyMap<number, Process>
  /** Rows of /proc/kvminfo by pid; empty where there is no module. */
  readonly kvminfo: ReadonlyMap<number, KvminfoRow>
  /** libvirt's running KVM domains by pid. */
  readonly domains: ReadonlyMap<number, LibvirtDomain>
  /** Whether each status file of libvirt has been looked at. */
  readonly domainsKnown: boolean
  /** undefined while a process's command line has not been read. */
  readonly commandLineOf: (
    process: Process,
  ) => { readonly commandLine: QemuCommandLine | undefined } | undefined
  /** vCPU threads as a QEMU outside libvirt told them; none where it was not asked. */
  readonly qmpVcpus: (process: Process) => readonly Vcpu[]
  /** What QMP or libvirt told of a VM's balloon, where they were asked. */
  readonly balloonBytes: (process: Process, name: string | undefined) => number | undefined
  /** vCPUs that KVM's debugfs has of a process, those whose thread it tells; undefined where it has no vCPU of it. */
  readonly debugfsVcpus: (pid: number) => readonly Vcpu[] | undefined
  /** Names of a process's threads by tid. */
  readonly threadNames: (pid: number) => ReadonlyMap<number, string>
  readonly hasThread: (pid: number, tid: number) => boolean
}

/** A VM and what only the sources need to know of it. */
export interface IdentifiedVm {
  readonly vm: Vm
  /** As libvirt or the command line has it. */
  readonly name: string | undefined
  /** Whether libvirt started it. */
  readonly isManaged: boolean
  readonly qmpSocket: string | undefined
  /** Of /proc/kvminfo, and of this very process. */
  readonly row: KvminfoRow | undefined
}

interface Candidate {
  readonly process: Process
  readonly row: KvminfoRow | undefined
  readonly domain: LibvirtDomain | undefined
  readonly commandLine: QemuCommandLine | undefined
  readonly description: Description
  /** Looked at where nothing else takes the process for a VM. */
  readonly debugfsVcpus: readonly Vcpu[] | undefined
}

/** The host's VMs by rising pid. */
export function assembleVms(evidence: Evidence): Part<readonly IdentifiedVm[]> {
  const problems: Problem[] = []
  const candidates: Candidate[] = []
  for (const process of candidateProcesses(evidence)) {
    const row = rowOf(evidence, process)
    const read = evidence.commandLineOf(process)
    const domain = domainOf(evidence, process, read)
    const commandLine = read?.commandLine
    const isKnown = row !== undefined || domain !== undefined || commandLine !== undefined
    const debugfsVcpus = isKnown ? undefined : debugfsVcpusOf(evidence, process)
    if (isKnown || debugfsVcpus !== undefined) {
      // Its label or its devices' names would change at a later scrape.
      const isPending = read === undefined || (commandLine?.isManaged === true && !evidence.domainsKnown)
      if (isPending && domain === undefined) problems.push(notIdentified(process))
      else {
        const description = descriptionOf(domain, commandLine)
        candidates.push({ process, row, domain, commandLine, description, debugfsVcpus })
      }
    } else if (read === undefined && mayBeVm(process.comm)) problems.push(notIdentified(process))
  }
  const labels = uniqueLabels(
    new Map(
      candidates.map(({ process, domain, commandLine }) => [process.pid, domain?.name ?? commandLine?.name]),
    ),
    (pid) => weigh(candidates.find(({ process }) => process.pid === pid)!, evidence),
  )
  for (const { process, description } of candidates)
    if (description.leftOut > 0) problems.push(devicesLeftOut(labels.get(process.pid)!, description))
  const value = candidates.map((candidate) => ({
    vm: vmOf(candidate, labels, evidence),
    name: candidate.domain?.name ?? candidate.commandLine?.name,
    isManaged: candidate.domain !== undefined || candidate.commandLine?.isManaged === true,
    qmpSocket: candidate.commandLine?.qmpSocket,
    row: candidate.row,
  }))
  return { value, problems }
}

/**
 * How sure it is that a process is the VM it says it is: libvirt says so in a file that only root writes; KVM has a VM
 * of it; or only its command line says so, which any user can make up.
 */
function weigh({ process, row, domain, debugfsVcpus }: Candidate, evidence: Evidence): number {
  if (domain !== undefined) return 2
  const isOfKvm =
    row !== undefined || debugfsVcpus !== undefined || debugfsVcpusOf(evidence, process) !== undefined
  return isOfKvm ? 1 : 0
}

/** Every process seen, and those that only the module lets this user see (/proc mounted with hidepid). */
function candidateProcesses({ processes, kvminfo }: Evidence): Process[] {
  const hidden: Process[] = []
  for (const [pid, { startNs }] of kvminfo) {
    if (!processes.has(pid) && startNs !== undefined) hidden.push({ pid, startNs, comm: '' })
  }
  return [...processes.values(), ...hidden].sort((a, b) => a.pid - b.pid)
}

/** The row of this very process: not one of an earlier process that had its pid. */
function rowOf({ kvminfo }: Evidence, process: Process): KvminfoRow | undefined {
  const row = kvminfo.get(process.pid)
  return row?.startNs === undefined || startTick(row.startNs) === startTick(process.startNs) ? row : undefined
}

/** A status file outlives its VM where libvirtd died with it; the pid in it may be somebody else's by now. */
function domainOf(
  { domains, hasThread }: Evidence,
  { pid }: Process,
  read: { readonly commandLine: QemuCommandLine | undefined } | undefined,
): LibvirtDomain | undefined {
  const domain = domains.get(pid)
  if (domain === undefined || read === undefined) return domain
  const { commandLine } = read
  // An emulator under a name of its own is not taken for QEMU; then its threads must be those of the file.
  if (commandLine === undefined)
    return domain.vcpus.some(({ tid }) => hasThread(pid, tid)) ? domain : undefined
  return commandLine.uuid === undefined || domain.uuid === undefined || commandLine.uuid === domain.uuid
    ? domain
    : undefined
}

/**
 * VMs of this very process. Where the thread that made a VM has ended, its number may be this process's by now: then
 * none of the vCPU threads is here. Before Linux 5.19, which names no threads, that goes unnoticed.
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
  const subject = `/proc/${pid}/cmdline`
  return {
    subject,
    error: new KvminfoError(
      'SOURCE_FAILED',
      `process ${pid} could not be identified in time and is left out until it is: the first look at many VMs takes a ` +
        `few seconds; a VM that hangs does not show its command line at all (see /proc/${pid}/stack)`,
    ),
  }
}

function devicesLeftOut(label: string, { leftOut }: Description): Problem {
  return {
    subject: label,
    error: new KvminfoError(
      'DEVICES_LEFT_OUT',
      `VM ${label}: ${leftOut} of its devices are not shown, as of one VM only the first ${maxDevices} disks and the ` +
        `first ${maxDevices} network interfaces are; look at its command line whether it is a VM at all`,
    ),
  }
}

function vmOf(candidate: Candidate, labels: ReadonlyMap<number, string>, evidence: Evidence): Vm {
  const { process, row, domain, commandLine, description } = candidate
  const { pid, startNs } = process
  let vcpus = mergeVcpus(row?.vcpus ?? [], domain?.vcpus ?? [], evidence.qmpVcpus(process))
  if (vcpus.length === 0) vcpus = mergeVcpus(vcpusByThreadName(evidence.threadNames(pid)))
  if (vcpus.length === 0)
    vcpus = mergeVcpus(candidate.debugfsVcpus ?? debugfsVcpusOf(evidence, process) ?? [])
  return {
    label: labels.get(pid)!,
    pid,
    startNs,
    uuid: description.uuid,
    machine: description.machine,
    identitySource: domain !== undefined ? 'libvirt' : commandLine !== undefined ? 'cmdline' : 'none',
    vcpus,
    disks: description.disks,
    nics: description.nics,
    memoryMaxBytes: domain?.memoryMaxBytes ?? commandLine?.memoryBytes,
    balloonBytes: domain?.balloonBytes ?? evidence.balloonBytes(process, commandLine?.name),
  }
}
