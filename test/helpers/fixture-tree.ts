// Writes a whole host into a folder, in the kernel's, QEMU's and libvirt's true formats: what `--path.procfs`,
// `--path.sysfs` and `--path.rundir` then point to. Counts are functions of VM and vCPU, so tests can foretell them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { HostPaths } from '../../src/sources/paths.ts'
import { debugfsFiles } from './fixture-tree/debugfs.ts'
import type { FixtureFiles } from './fixture-tree/files.ts'
import { hostFiles } from './fixture-tree/host.ts'
import { kvminfoText, taskinfoText } from './fixture-tree/modules.ts'
import { processFiles } from './fixture-tree/process.ts'
import { commandLineOf, statusXmlOf } from './fixture-tree/qemu.ts'
import { type FixtureVm, fixtureVm } from './fixture-tree/vm.ts'

export interface FixtureOptions {
  readonly vms: number
  readonly vcpus: number
  /** Processes that are no VM, such as the host's own services. Default 20. */
  readonly others?: number
  /** /proc/kvminfo and /proc/taskinfo; default true. */
  readonly kvminfo?: boolean
  readonly taskinfo?: boolean
  /** libvirt's status files; default true. */
  readonly libvirt?: boolean
  /** KVM's statistics in debugfs; default true. */
  readonly debugfs?: boolean
  /** What is special about a VM; default nothing. */
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
  if (options.kvminfo !== false) write(paths.procfs, [['kvminfo', kvminfoText(vms)]])
  if (options.taskinfo !== false) write(paths.procfs, [['taskinfo', taskinfoText(vms, others)]])
  return { paths, vms }
}

/** The files of a VM alone; those of the modules are about all. */
export function writeVm(paths: HostPaths, vm: FixtureVm, { libvirt, debugfs }: FixtureOptions): void {
  write(paths.procfs, processFiles({ ...vm, comm: 'qemu-system-x86', cmdline: commandLineOf(vm) }))
  if (libvirt !== false) write(paths.rundir, [[`libvirt/qemu/${vm.name}.xml`, statusXmlOf(vm)]])
  if (debugfs !== false) write(paths.sysfs, debugfsFiles(vm))
}

function write(directory: string, files: FixtureFiles): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
}
