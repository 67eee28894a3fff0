// The control group of a VM, whose weight decides the VM's share of CPU time against the other VMs on the host.
import { basename, dirname } from 'node:path'
import { ancestors, cpuGroup, groupDirectory, readControlGroups } from './read.ts'

/** The file that has the weight: its scale depends on the version of cgroups. */
export type WeightFile = 'cpu.weight' | 'cpu.shares'

/** The weight of a group that nobody has given one. */
export const defaultWeight: Readonly<Record<WeightFile, number>> = { 'cpu.weight': 100, 'cpu.shares': 1024 }

export interface VmCpuGroup {
  readonly file: WeightFile
  /** Of the file. */
  readonly path: string
  /** Of the group, from the root of its hierarchy. */
  readonly group: string
}

/**
 * The VM's own group, which holds nothing but its process: libvirt's scope in systemd (systemd writes a hyphen as \x2d) or
 * libvirt's group without systemd, or Proxmox's scope. libvirt has groups for single threads inside, whose weights count
 * only against each other. undefined if the process is in none of these: its group may have other processes.
 */
export function vmCpuGroup(procfs: string, sysfs: string, pid: number): VmCpuGroup | undefined {
  const inner = cpuGroup(readControlGroups(procfs, pid))
  const own = inner && ancestors(inner).find(({ path }) => isOfOneVm(path))
  if (own === undefined) return undefined
  const file = own.controllers === '' ? 'cpu.weight' : 'cpu.shares'
  return { file, path: `${groupDirectory(sysfs, own)}/${file}`, group: own.path }
}

function isOfOneVm(path: string): boolean {
  const name = basename(path)
  if (/^machine-qemu\\x2d\d+\\x2d.*\.scope$/.test(name) || /^qemu-\d+-.*\.libvirt-qemu$/.test(name))
    return true
  return /^\d+\.scope$/.test(name) && basename(dirname(path)) === 'qemu.slice'
}
