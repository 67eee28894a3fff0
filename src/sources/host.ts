// The host as this program sees it. Before each snapshot it identifies new VMs; the snapshot reads the rest on demand.
import { setTimeout as sleep } from 'node:timers/promises'
import type { HostSnapshot } from '../model/host-snapshot.ts'
import type { TaskSnapshot } from '../model/task-rows.ts'
import { attempt } from './attempt.ts'
import { CommandLines, type Readers } from './cmdline/command-lines.ts'
import { RisingCpuTime } from './cpustat/rising-cpu-time.ts'
import { Debugfs, type VmDirectories } from './debugfs/read.ts'
import { LibvirtStatistics } from './domstats/libvirt-statistics.ts'
import { Exits } from './exits/exits.ts'
import { type FindingsSource, noFindings } from './findings-source.ts'
import { HostFactsReader } from './hostfacts/host-facts-reader.ts'
import type { HostFactsSource } from './hostfacts/host-facts-source.ts'
import { Labels } from './identity/label.ts'
import { kvminfoPath, readKvminfo } from './kvminfo/read.ts'
import { StatusFiles } from './libvirt-status/status-files.ts'
import type { HostPaths } from './paths.ts'
import { PciRegions } from './qmp/pci-regions.ts'
import { QmpStatistics } from './qmp/qmp-statistics.ts'
import { Snapshot } from './snapshot.ts'
import { readTaskinfo } from './taskinfo/read.ts'
import { RowIndex } from './taskinfo/row-index.ts'
import { Threads } from './threads.ts'
import { readUptimeNs } from './uptime/read.ts'
import { WholeFile } from './whole-file.ts'

export interface Host {
  /**
   * Identifies new VMs, at most until a deadline, and returns a snapshot. The snapshot reads from reused buffers, so it
   * is valid until the next one is taken.
   */
  snapshot(): Promise<HostSnapshot & TaskSnapshot>
  /** Stops everything that runs in the background. */
  close(): void
}

// Prometheus allows 10 s for a scrape by default. Identifying a VM takes two to three milliseconds, once. The first
// scrape of a thousand VMs, or of any number on a host without free CPU time, may miss some; a later scrape has them.
const identifyDeadlineMs = 4_000

const none: VmDirectories = new Map()

/**
 * `facts` always come from the running machine, whatever `paths` say, because other programs read them. `readers` read the
 * command lines of processes.
 */
export function createHost(
  paths: HostPaths,
  facts: HostFactsSource = new HostFactsReader(),
  findings: FindingsSource = noFindings,
  readers?: Readers,
): Host {
  const file = new WholeFile()
  const taskinfoFile = new WholeFile()
  const taskinfoRows = new RowIndex()
  const commandLines = new CommandLines(paths.procfs, readers)
  const statusFiles = new StatusFiles(paths.rundir)
  const qmp = new QmpStatistics(paths.procfs)
  const libvirt = new LibvirtStatistics(paths.rundir)
  const debugfs = new Debugfs(paths.sysfs, paths.procfs, file)
  const exits = new Exits(kvminfoPath(paths.procfs), debugfs, qmp, new PciRegions(paths.procfs), libvirt)
  const cpuTime = new RisingCpuTime()
  const labels = new Labels()
  /** Continues after the deadline, so that the next snapshot has more VMs. */
  let identifying: Promise<unknown> | undefined

  async function snapshot(): Promise<HostSnapshot & TaskSnapshot> {
    const kvminfo = attempt(() => readKvminfo(paths.procfs, file))
    const taskinfo = attempt(() => readTaskinfo(paths.procfs, taskinfoFile, taskinfoRows))
    const threads = new Threads(paths.procfs, file, taskinfo.value)
    const processes = attempt(() => threads.processes())
    const uptimeNs = attempt(() => readUptimeNs(paths.procfs, file))
    const running = processes.value
    const vmDirectories =
      kvminfo.error === undefined || running === undefined
        ? none
        : (attempt(() => debugfs.vms(running)).value ?? none)
    const likely = kvminfo.value?.rows ?? vmDirectories
    identifying ??= Promise.all([
      // Without the list of processes, a refresh would forget every command line.
      running === undefined ? undefined : commandLines.refresh(running, likely, uptimeNs.value ?? 0),
      statusFiles.refresh(),
    ]).finally(() => {
      identifying = undefined
    })
    await Promise.race([identifying, sleep(identifyDeadlineMs, undefined, { ref: false })])
    const known = {
      labels,
      commandLines,
      statusFiles,
      qmp,
      libvirt,
      debugfs,
      exits,
      facts,
      findings,
      cpuTime,
    }
    const read = { kvminfo, vmDirectories, taskinfo, threads, processes, uptimeNs }
    return new Snapshot({ paths, file, ...read, ...known })
  }

  function close(): void {
    facts.close()
    exits.close()
  }

  return { snapshot, close }
}
