// One snapshot of the host. Each part is read on first use.
import type { VcpuExits, VmExits } from '../model/exits.ts'
import type { HostFinding } from '../model/finding.ts'
import type { CpuTime, HostFacts, HugePagePool, KsmState, MemoryInfo, Pressure } from '../model/host.ts'
import type { HostSnapshot, Part, Problem } from '../model/host-snapshot.ts'
import type { SourceState } from '../model/sources.ts'
import type { Task } from '../model/task.ts'
import type { TaskRows, TaskScope, TaskSnapshot } from '../model/task-rows.ts'
import type { Vm } from '../model/vm.ts'
import type { VmMemory } from '../model/vm-memory.ts'
import { type Attempt, attempt, once } from './attempt.ts'
import type { CommandLines } from './cmdline/command-lines.ts'
import { readHostStat } from './cpustat/read.ts'
import type { RisingCpuTime } from './cpustat/rising-cpu-time.ts'
import type { Debugfs, VmDirectories } from './debugfs/read.ts'
import type { LibvirtStatistics } from './domstats/libvirt-statistics.ts'
import type { Exits } from './exits/exits.ts'
import type { FindingsSource } from './findings-source.ts'
import type { HostFactsSource } from './hostfacts/host-facts-source.ts'
import { readHugePages } from './hugepages/read.ts'
import type { Labels } from './identity/label.ts'
import { assembleVms, type Evidence, type Identified } from './identity/vms.ts'
import { readKsm } from './ksm/read.ts'
import type { Kvminfo } from './kvminfo/parse.ts'
import { readKvminfoVcpus } from './kvminfo/vcpus.ts'
import type { StatusFiles } from './libvirt-status/status-files.ts'
import { readMeminfo } from './meminfo/read.ts'
import type { HostPaths } from './paths.ts'
import { readPressure } from './pressure/read.ts'
import { type Process, processKey } from './process/process.ts'
import { readVmMemory } from './process/read.ts'
import type { QmpStatistics } from './qmp/qmp-statistics.ts'
import { sourceState } from './source-states.ts'
import { TaskColumns } from './task-columns.ts'
import type { TaskTable } from './taskinfo/task-table.ts'
import type { Threads } from './threads.ts'
import { uptimePath } from './uptime/read.ts'
import type { WholeFile } from './whole-file.ts'

/** The data that was read before the snapshot, and the readers that it uses. */
export interface Readings {
  readonly paths: HostPaths
  readonly file: WholeFile
  readonly kvminfo: Attempt<Kvminfo>
  /** Empty if the module is readable, because debugfs is then not read. */
  readonly vmDirectories: VmDirectories
  readonly taskinfo: Attempt<TaskTable>
  readonly threads: Threads
  readonly processes: Attempt<ReadonlyMap<number, Process>>
  readonly labels: Labels
  readonly commandLines: CommandLines
  readonly statusFiles: StatusFiles
  readonly qmp: QmpStatistics
  readonly libvirt: LibvirtStatistics
  readonly debugfs: Debugfs
  readonly exits: Exits
  readonly facts: HostFactsSource
  readonly findings: FindingsSource
  readonly cpuTime: RisingCpuTime
  readonly uptimeNs: Attempt<number>
}

export class Snapshot implements HostSnapshot, TaskSnapshot {
  readonly vms: () => Part<readonly Vm[]>
  readonly vmDevices: () => Part<readonly Vm[]>
  readonly vmAllotments: () => Part<readonly Vm[]>
  readonly exits: () => Part<ReadonlyMap<number, VmExits>>
  readonly vcpuExits: () => Part<ReadonlyMap<number, VcpuExits>>
  readonly vcpuTasks: () => Part<ReadonlyMap<number, Task>>
  readonly tasks: (scope: TaskScope, spare?: TaskRows) => TaskRows
  readonly vmMemory: () => Part<ReadonlyMap<number, VmMemory>>
  readonly memory: () => Part<MemoryInfo>
  readonly hugePages: () => Part<readonly HugePagePool[]>
  readonly ksm: () => Part<KsmState>
  readonly pressure: () => Part<readonly Pressure[]>
  readonly cpuTime: () => Part<readonly CpuTime[]>
  readonly bootTime: () => Part<number>
  readonly hostFacts: () => Part<HostFacts | undefined>
  readonly hostFindings: () => Part<readonly HostFinding[] | undefined>
  readonly sources: () => Part<readonly SourceState[]>

  constructor(readings: Readings) {
    const { paths, file, threads, facts, findings } = readings
    const stat = once(() => readHostStat(paths.procfs, file))
    const identified = once(() => identifyVms(readings))
    const vms = once(() => ({
      value: identified().value.map(({ vm }) => vm),
      problems: identified().problems,
    }))
    const exits = once(() =>
      readings.exits.read(
        identified().value,
        readings.kvminfo,
        readings.vmDirectories,
        readings.uptimeNs.value,
      ),
    )
    this.vms = vms
    // If a status file is broken, the command line gives the VM: without its balloon and what was plugged in later.
    const ofStatusFiles = once(() => readings.statusFiles.problems())
    this.vmAllotments = once(() => ({
      value: vms().value,
      problems: [...vms().problems, ...ofStatusFiles()],
    }))
    this.vmDevices = once(() => ({
      value: vms().value,
      problems: [...this.vmAllotments().problems, ...identified().deviceProblems],
    }))
    this.exits = once(() => {
      const reading = exits()
      if (reading.failure !== undefined) throw reading.failure
      const { error } = readings.uptimeNs
      if (error === undefined) return reading
      return { ...reading, problems: [...reading.problems, { subject: uptimePath(paths.procfs), error }] }
    })
    this.vcpuExits = once(() => {
      const vcpus = readKvminfoVcpus(paths.procfs, file)
      return {
        get value() {
          return vcpus.rows
        },
        get problems() {
          return vcpus.problems
        },
      }
    })
    this.vcpuTasks = once(() => threads.vcpuTasks(vms().value))
    this.tasks = (scope, spare) => {
      const into = spare instanceof TaskColumns ? spare : new TaskColumns()
      threads.fill(into, scope)
      return into
    }
    this.vmMemory = once(() => readMemoryOf(vms().value, readings))
    this.memory = once(() => withoutProblems(readMeminfo(paths.procfs, file)))
    this.hugePages = once(() => withoutProblems(readHugePages(paths.sysfs, file)))
    this.ksm = once(() => withoutProblems(readKsm(paths.sysfs, file)))
    this.pressure = once(() => withoutProblems(readPressure(paths.procfs, file)))
    // The start of the host from the same file: in a container, /proc/uptime can be that of the container.
    this.cpuTime = once(() =>
      withoutProblems(readings.cpuTime.of(stat().cpuTime, Date.now() / 1000 - stat().bootTime)),
    )
    this.bootTime = () => withoutProblems(stat().bootTime)
    this.hostFacts = () => withoutProblems(facts.facts())
    this.hostFindings = () => withoutProblems(findings.findings())
    this.sources = once(() => withoutProblems([...exits().states(), ...otherStates(readings, vms().value)]))
  }
}

function withoutProblems<T>(value: T): Part<T> {
  return { value, problems: [] }
}

function identifyVms({
  processes,
  kvminfo,
  vmDirectories,
  debugfs,
  statusFiles,
  commandLines,
  qmp,
  libvirt,
  threads,
  labels,
}: Readings): Identified {
  if (processes.error !== undefined) throw processes.error
  const evidence: Evidence = {
    processes: processes.value,
    kvminfo: kvminfo.value?.rows ?? new Map(),
    domains: statusFiles.domains(),
    domainsKnown: statusFiles.hasRefreshed(),
    commandLineOf: (process) => commandLines.of(process),
    qmpVcpus: (process) => qmp.vcpus(processKey(process)),
    qmpState: (process) => qmp.state(processKey(process)),
    balloonBytes: (process, name) =>
      qmp.balloonBytes(processKey(process)) ??
      (name === undefined ? undefined : libvirt.of(name)?.balloonBytes),
    debugfsVcpus: (pid) => {
      const directories = vmDirectories.get(pid)
      return directories === undefined ? undefined : debugfs.vcpus(directories)
    },
    threadNames: (pid) => threads.names(pid),
    hasThread: (pid, tid) => threads.exists(pid, tid),
  }
  return assembleVms(evidence, labels)
}

function readMemoryOf(vms: readonly Vm[], { paths, file }: Readings): Part<ReadonlyMap<number, VmMemory>> {
  const value = new Map<number, VmMemory>()
  const problems: Problem[] = []
  for (const { pid } of vms) {
    const { value: memory, error } = attempt(() => readVmMemory(paths.procfs, pid, file))
    if (error === undefined) value.set(pid, memory)
    else problems.push({ subject: `${paths.procfs}/${pid}/status`, error })
  }
  return { value, problems }
}

function otherStates({ taskinfo, statusFiles }: Readings, vms: readonly Vm[]): SourceState[] {
  const identifiedBy = (source: Vm['identitySource']) => vms.some((vm) => vm.identitySource === source)
  return [
    sourceState('threads', 'taskinfo', { inUse: taskinfo.error === undefined, error: taskinfo.error }),
    sourceState('threads', 'procfs', { inUse: taskinfo.error !== undefined, error: undefined }),
    sourceState('identity', 'libvirt-status', { inUse: identifiedBy('libvirt'), error: statusFiles.error() }),
    sourceState('identity', 'cmdline', { inUse: identifiedBy('cmdline'), error: undefined }),
  ]
}
