// What on this host forbids real-time policies: the throttle, and CPU quotas, which a real-time thread would escape.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

/**
 * Microseconds in each period that real-time tasks may use; -1 is without limit; undefined if the kernel has no limit to
 * set. Before Linux 6.12, -1 lets a real-time thread keep everything else from a CPU for ever.
 */
export function realtimeRuntimeUs(procfs: string): number | undefined {
  const text = read(join(procfs, 'sys/kernel/sched_rt_runtime_us'))
  return text === undefined ? undefined : Number(text)
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
