// Reads /proc/meminfo.
import { join } from 'node:path'
import { KvminfoError } from '../../errors.ts'
import type { MemoryInfo } from '../../model/host.ts'
import { sourceError } from '../source-error.ts'
import type { WholeFile } from '../whole-file.ts'
import { parseMeminfo } from './parse.ts'

export function readMeminfo(procfs: string, file: WholeFile): MemoryInfo {
  const path = join(procfs, 'meminfo')
  try {
    const fields = parseMeminfo(file.text(path))
    if (!fields.has('MemTotal')) throw new KvminfoError('SOURCE_MALFORMED', `${path} has no line MemTotal`)
    return fields
  } catch (cause) {
    throw sourceError(cause, path)
  }
}
