// Writes a whole host into a folder, in the real formats of the kernel, QEMU and libvirt. `--path.procfs`,
// `--path.sysfs` and `--path.rundir` can point to it. Counts are functions of VM and vCPU, so tests can predict them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { HostPaths } from '../../src/sources/paths.ts'
import { debugfsFiles } from './fixture-tree/debugfs.ts'
import type { FixtureFiles } from './fixture-tree/files.ts'
import { hostFiles } from './fixture-tree/host.ts'
import { kvminfoText, kvminfoVcpusText, taskinfoText } from './fixture-tree/modules.ts'
import { processFiles } from './fixture-tree/process.ts'
import { commandLineOf, statusXmlOf } from './fixture-tree/qemu.ts'
import { type FixtureVm, fixtureVm } from './fixture-tree/vm.ts'

export interface FixtureOptions {
  readonly vms: number
  readonly vcpus: number
  /** The number of processes that are not VMs, such as the host's own services. Default 20. */
  readonly others?: number
  /** Whether there are /proc/kvminfo and /proc/taskinfo; default true. */
  readonly kvminfo?: boolean
  readonly taskinfo?: boolean
  /** Whether VMs have /proc/<pid>/task; default true. Without the files of their threads a large host is written faster. */
  readonly threads?: boolean
  /** Whether there are libvirt's status files; default true. */
  readonly libvirt?: boolean
  /** Whether there are KVM's statistics in debugfs; default true. */
  readonly debugfs?: boolean
  /** Changes a VM before it is written; by default no VM is changed. */
  readonly shape?: (vm: FixtureVm) => FixtureVm
}

export interface FixtureTree {
  readonly paths: HostPaths
  readonly vms: readonly FixtureVm[]
}

export function writeFixtureTree(root: string, options: FixtureOptions): FixtureTree {
  const paths = { procfs: join(root, 'proc'), sysfs: join(root, 'sys'), rundir: join(root, 'run') }
  const { shape = (vm) => vm } = options
  const vms = Array.from({ length: options.vms }, (_, index) => shape(fixtureVm(index, options.vcpus)))
  const others = Array.from({ length: options.others ?? 20 }, (_, index) => 300 + index)
  for (const directory of Object.values(paths)) mkdirSync(directory, { recursive: true })
  write(root, hostFiles())
  for (const pid of others)
    write(paths.procfs, processFiles({ pid, comm: `service-${pid}`, cmdline: `/usr/bin/service\0${pid}\0` }))
  for (const vm of vms) writeVm(paths, vm, options)
  if (options.kvminfo !== false) {
    write(paths.procfs, [
      ['kvminfo', kvminfoText(vms)],
      ['kvminfo_vcpus', kvminfoVcpusText(vms)],
    ])
  }
  if (options.taskinfo !== false) write(paths.procfs, [['taskinfo', taskinfoText(vms, others)]])
  return { paths, vms }
}

/** Writes the files of one VM. The modules' files are not among them, because they cover all VMs. */
export function writeVm(
  paths: HostPaths,
  vm: FixtureVm,
  { libvirt, debugfs, threads }: FixtureOptions,
): void {
  write(
    paths.procfs,
    processFiles({
      ...vm,
      hasThreadFiles: threads !== false,
      comm: 'qemu-system-x86',
      cmdline: commandLineOf(vm),
    }),
  )
  if (libvirt !== false) write(paths.rundir, [[`libvirt/qemu/${vm.name}.xml`, statusXmlOf(vm)]])
  if (debugfs !== false) write(paths.sysfs, debugfsFiles(vm))
}

function write(directory: string, files: FixtureFiles): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
}
