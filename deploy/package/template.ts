// Maintainer scripts and spec files, with the shell that both kinds of package share.
import { readSource } from './sources.ts'
import { PackageError } from './step.ts'

/** Parts in scripts/, by the placeholder that they take the place of. */
const parts: Readonly<Record<string, string>> = {
  ACCOUNTS: 'create-accounts.sh',
  ENDLEASES: 'end-leases.sh',
  CONFIGURE: 'configure-modules.sh',
  LOAD: 'load-modules.sh',
  UNLOAD: 'unload-module.sh',
}

function replacementOf(key: string, values: Readonly<Record<string, string>>, path: string): string {
  const part = parts[key]
  const value = part === undefined ? values[key] : readSource(`deploy/package/scripts/${part}`).trimEnd()
  if (value === undefined) throw new PackageError(`${path}: nothing is known for @${key}@`)
  return value
}

/** The text of a file in deploy/package with its placeholders, such as @VERSION@, filled in. */
export function filled(path: string, values: Readonly<Record<string, string>>): string {
  const fill = (text: string): string =>
    text.replaceAll(/@([A-Z]+)@/g, (_, key: string) => replacementOf(key, values, path))
  // Parts have placeholders of their own.
  return fill(fill(readSource(`deploy/package/${path}`)))
}
