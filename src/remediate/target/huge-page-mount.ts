// Where QEMU can get memory from the pool of 2 MiB pages: a file system of the type hugetlbfs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The mount point; undefined if there is none, or if the mounts cannot be read. */
export function hugePageMount(procfs: string): string | undefined {
  // A service of systemd sees other mounts than the host, whose are those of process 1.
  const mounts = readMounts(join(procfs, '1/mounts')) ?? readMounts(join(procfs, 'mounts')) ?? ''
  // Lines of proc_pid_mounts(5): device, mount point, type, options. The kernel always prints the size of the pages.
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, , type, options]) => type === 'hugetlbfs' && options?.split(',').includes('pagesize=2M'))?.[1]
}

function readMounts(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
