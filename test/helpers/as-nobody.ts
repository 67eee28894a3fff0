// Runs code without root's rights, to see what an unprivileged exporter sees, because tests often run as root.
import { chmodSync } from 'node:fs'

const nobody = 65_534

/**
 * Makes `directory` accessible to others first, because a scratch directory is not. A process that is not root needs no
 * change.
 */
export async function asNobody<T>(directory: string, run: () => T | Promise<T>): Promise<T> {
  if (process.geteuid!() !== 0) return run()
  chmodSync(directory, 0o755)
  process.setegid!(nobody)
  process.seteuid!(nobody)
  try {
    return await run()
  } finally {
    process.seteuid!(0)
    process.setegid!(0)
  }
}
