// Reads pressure stall information (PSI) from /proc/pressure.
import { join } from 'node:path'
import type { Pressure } from '../../model/host.ts'
import { unsupportedAs } from '../source-error.ts'
import type { WholeFile } from '../whole-file.ts'
import { parsePressure } from './parse.ts'

const resources = ['cpu', 'memory', 'io'] as const

export function readPressure(procfs: string, file: WholeFile): Pressure[] {
  return resources.map((resource) => {
    const path = join(procfs, 'pressure', resource)
    try {
      return parsePressure(resource, file.text(path), path)
    } catch (cause) {
      const message = `${path} is not available: the kernel was built without CONFIG_PSI or booted without psi=1`
      throw unsupportedAs(message, cause, path, join(procfs, 'stat'))
    }
  })
}
