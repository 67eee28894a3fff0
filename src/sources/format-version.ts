// The version of the modules' files that this program reads, and what it says to any other.
import { KvminfoError } from '../errors.ts'

/** ABI_VERSION of kmod/include/abi.h. */
const abiVersion = 1

/** `version` as the header of `subject` gives it. */
export function requireVersion(version: string, subject: string): void {
  if (Number(version) === abiVersion) return
  throw new KvminfoError(
    'SOURCE_VERSION',
    `${subject} has format version ${version}, this program reads version ${abiVersion}: ` +
      'install modules and exporter of the same release',
  )
}
