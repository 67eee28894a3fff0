// Leases that both watchers have missed, for whoever watches the watchers. Reads the files and changes nothing.
import { join } from 'node:path'
import { parseLease } from './leases.ts'
import { listVmFiles, readVmFile } from './vm-files.ts'

/** The sweep ends a lease at most 35 s after it was due (deploy/systemd); a busy host may need a while longer. */
const toleranceSeconds = 60

/** How many leases ended more than a minute ago and are still there. `uptime`: seconds since boot. */
export function overdueLeases(rundir: string, uptime: number): number {
  const directory = join(rundir, 'kvminfo/leases')
  try {
    return listVmFiles(directory).filter((vm) => {
      const text = readVmFile(directory, vm)
      return text !== undefined && parseLease(text).until + toleranceSeconds < uptime
    }).length
  } catch (error) {
    // Without the folder nobody has had a lease since boot.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}
