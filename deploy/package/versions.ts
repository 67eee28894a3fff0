// How the version of a package is written, and the format that the modules' files have.
import { readSource } from './sources.ts'
import { PackageError } from './step.ts'

/** A version of package.json as dpkg and rpm sort it: 0.2.0-rc.1 comes before 0.2.0. */
export const packageVersion = (version: string): string => version.replace('-', '~')

/** ABI_VERSION of the modules' sources: the number that their files begin with. */
export function moduleFormat(): string {
  const format = /^#define ABI_VERSION (\d+)$/m.exec(readSource('kmod/include/abi.h'))?.[1]
  if (format === undefined) throw new PackageError('no ABI_VERSION in kmod/include/abi.h')
  return format
}
