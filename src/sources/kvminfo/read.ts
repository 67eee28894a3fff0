// Reads /proc/kvminfo.
import { join } from 'node:path'
import { absentAs } from '../source-error.ts'
import type { WholeFile } from '../whole-file.ts'
import { type Kvminfo, parseKvminfo } from './parse.ts'

export const kvminfoPath = (procfs: string): string => join(procfs, 'kvminfo')

export function readKvminfo(procfs: string, file: WholeFile): Kvminfo {
  const path = kvminfoPath(procfs)
  try {
    return parseKvminfo(file.ascii(path), path)
  } catch (cause) {
    throw absentAs(`the kvminfo module is not loaded: there is no ${path}`, cause, path)
  }
}
