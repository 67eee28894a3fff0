// The control groups of a process, from /proc/<pid>/cgroup. Both versions of cgroups, and hosts that use both.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface ControlGroup {
  /** The controllers of a hierarchy of version 1, such as `cpu,cpuacct`; '' for version 2. */
  readonly controllers: string
  /** From the root of the hierarchy. */
  readonly path: string
}

/** Empty if the process has ended or the kernel has no cgroups. Groups outside of this program's namespace are left out. */
export function readControlGroups(procfs: string, pid: number): ControlGroup[] {
  let text: string
  try {
    text = readFileSync(`${procfs}/${pid}/cgroup`, 'utf8')
  } catch {
    return []
  }
  return text.split('\n').flatMap((line) => {
    const [, controllers = '', path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    return path === undefined || path.includes('/..') ? [] : [{ controllers, path }]
  })
}

/** The group that controls the process's CPU time: of version 1 where that has the controller, otherwise of version 2. */
export function cpuGroup(groups: readonly ControlGroup[]): ControlGroup | undefined {
  return (
    groups.find(({ controllers }) => controllers.split(',').includes('cpu')) ??
    groups.find(({ controllers }) => controllers === '')
  )
}

export function groupDirectory(sysfs: string, { controllers, path }: ControlGroup): string {
  return join(sysfs, 'fs/cgroup', controllers, path)
}

/** The group and those around it, the innermost first. */
export function ancestors({ controllers, path }: ControlGroup): ControlGroup[] {
  return path === '/'
    ? [{ controllers, path }]
    : [{ controllers, path }, ...ancestors({ controllers, path: dirname(path) })]
}

/**
 * The group among whose threads a nice value counts: with version 2, the innermost one around `group` in which the cpu
 * controller is on. The root group if that is in none.
 */
export function schedulingGroup(sysfs: string, group: ControlGroup): ControlGroup {
  if (group.controllers !== '') return group
  const own = ancestors(group).find((one) => existsSync(join(groupDirectory(sysfs, one), 'cpu.weight')))
  return own ?? { controllers: '', path: '/' }
}
