// Whether a VM has a CPU quota, which a real-time thread would escape.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** Whether a CPU quota applies to the process, in its cgroup or in one around it. Both versions of cgroups. */
export function hasCpuQuota(procfs: string, sysfs: string, pid: number): boolean {
  const lines = (read(`${procfs}/${pid}/cgroup`) ?? '').split('\n')
  return lines.some((line) => {
    const [, controllers = '', path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (path === undefined || path.includes('/..')) return false
    if (controllers === '') {
      return ancestors(path).some((directory) => {
        const [quota] = (read(join(sysfs, 'fs/cgroup', directory, 'cpu.max')) ?? 'max').split(' ')
        return quota !== 'max'
      })
    }
    if (!controllers.split(',').includes('cpu')) return false
    return ancestors(path).some(
      (directory) =>
        Number(read(join(sysfs, 'fs/cgroup', controllers, directory, 'cpu.cfs_quota_us')) ?? -1) > 0,
    )
  })
}

function ancestors(path: string): string[] {
  return path === '/' ? ['/'] : [path, ...ancestors(dirname(path))]
}
