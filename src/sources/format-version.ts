// The format version of the modules' files that this program reads, and the error for any other version.
import { KvminfoError } from '../errors.ts'

/** ABI_VERSION of kmod/include/abi.h. */
const abiVersion = 1

/** `version` is the one in the header of `subject`. Throws SOURCE_VERSION if this program cannot read it. */
export function requireVersion(version: string, subject: string): void {
  if (Number(version) === abiVersion) return
  throw new KvminfoError(
    'SOURCE_VERSION',
    `${subject} has format version ${version}, but this exporter reads version ${abiVersion}: ` +
      'install the modules and the exporter from the same release',
  )
}
