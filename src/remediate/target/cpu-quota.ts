// Whether a VM has a CPU quota: a real-time thread would escape it, and a larger weight does not lift it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ancestors, type ControlGroup, groupDirectory, readControlGroups } from '../../sources/cgroup/read.ts'

/** Whether a CPU quota applies to the process, in its cgroup or in one around it. Both versions of cgroups. */
export function hasCpuQuota(procfs: string, sysfs: string, pid: number): boolean {
  return readControlGroups(procfs, pid).flatMap(ancestors).some(hasQuota)

  function hasQuota(group: ControlGroup): boolean {
    const isSecond = group.controllers === ''
    if (!isSecond && !group.controllers.split(',').includes('cpu')) return false
    const text = read(join(groupDirectory(sysfs, group), isSecond ? 'cpu.max' : 'cpu.cfs_quota_us'))
    return isSecond ? (text ?? 'max').split(' ')[0] !== 'max' : Number(text ?? -1) > 0
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}
