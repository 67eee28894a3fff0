// A VM's control group in a fixture tree.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HostPaths } from '../../src/sources/paths.ts'

/** As libvirt and systemd name the group of a VM. */
export const libvirtScope = '/machine.slice/machine-qemu\\x2d1\\x2dvm\\x2d0000.scope'

/**
 * Puts the process into `inner` and gives the group `own` around it a weight. `controllers`: of version 1; '' for version 2.
 * Returns the path of the file with the weight.
 */
export function putIntoGroup(
  { procfs, sysfs }: Pick<HostPaths, 'procfs' | 'sysfs'>,
  pid: number,
  {
    own = libvirtScope,
    inner = `${own}/libvirt/emulator`,
    controllers = '',
    weight = controllers === '' ? 100 : 1024,
  }: { own?: string; inner?: string; controllers?: string; weight?: number } = {},
): string {
  writeFileSync(
    join(procfs, String(pid), 'cgroup'),
    `${controllers === '' ? 0 : 4}:${controllers}:${inner}\n`,
  )
  const directory = join(sysfs, 'fs/cgroup', controllers, own)
  mkdirSync(directory, { recursive: true })
  const file = join(directory, controllers === '' ? 'cpu.weight' : 'cpu.shares')
  writeFileSync(file, `${weight}\n`)
  return file
}
