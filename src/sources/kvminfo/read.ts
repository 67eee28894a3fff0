// Reads /proc/kvminfo.
import { join } from 'node:path'
import { KvminfoError } from '../../errors.ts'
import { absentAs } from '../source-error.ts'
import type { WholeFile } from '../whole-file.ts'
import { type Kvminfo, parseKvminfo } from './parse.ts'

export const kvminfoPath = (procfs: string): string => join(procfs, 'kvminfo')

/** Also absent where the module is loaded and cannot count the host's KVM, which it says by ENODEV (kmod/include/abi.h). */
export function readKvminfo(procfs: string, file: WholeFile): Kvminfo {
  const path = kvminfoPath(procfs)
  try {
    return parseKvminfo(file.ascii(path), path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENODEV') {
      const message = `the kvminfo module cannot count this KVM (open of ${path}: ENODEV): dmesg says why`
      throw new KvminfoError('SOURCE_ABSENT', message, { cause })
    }
    throw absentAs(`the kvminfo module is not loaded: there is no ${path}`, cause, path)
  }
}
