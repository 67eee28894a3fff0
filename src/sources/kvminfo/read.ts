// Reads /proc/kvminfo.
import { join } from 'node:path'
import { KvminfoError } from '../../errors.ts'
import { moduleFileError } from '../source-error.ts'
import type { WholeFile } from '../whole-file.ts'
import { type Kvminfo, parseKvminfo } from './parse.ts'

export const kvminfoPath = (procfs: string): string => join(procfs, 'kvminfo')

/**
 * Throws SOURCE_ABSENT also if the module is loaded but cannot count the exits of the host's KVM, which opening the file
 * reports with ENODEV (kmod/include/abi.h).
 */
export function readKvminfo(procfs: string, file: WholeFile): Kvminfo {
  const path = kvminfoPath(procfs)
  try {
    return parseKvminfo(file.ascii(path), path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENODEV') {
      const message = `the kvminfo module cannot count the exits of this KVM (opening ${path}: ENODEV): dmesg says why`
      throw new KvminfoError('SOURCE_ABSENT', message, { cause })
    }
    throw moduleFileError('kvminfo', cause, path)
  }
}
