// What must be present before anything on the host is changed. Reports everything that is missing at once.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface Surroundings {
  readonly isRoot: boolean
  readonly kernel: string
  readonly hasHeaders: boolean
  readonly hasDkms: boolean
}

export function surroundingsOf(kernel: string): Surroundings {
  const directories = (process.env.PATH ?? '').split(delimiter)
  return {
    isRoot: process.geteuid?.() === 0,
    kernel,
    hasHeaders: existsSync(`/lib/modules/${kernel}/build/Makefile`),
    hasDkms: directories.some((directory) => existsSync(join(directory, 'dkms'))),
  }
}

/** What to tell the user, or undefined if nothing is missing. `command` is the npm script that they ran. */
export function missing(
  command: string,
  { isRoot, kernel, hasHeaders, hasDkms }: Surroundings,
): string | undefined {
  if (!isRoot) return `${command} changes this host and needs root: sudo npm run ${command}`
  const packages = [...(hasDkms ? [] : ['dkms']), ...(hasHeaders ? [] : [`linux-headers-${kernel}`])]
  if (packages.length === 0) return undefined
  const lines = [
    ...(hasDkms ? [] : ['DKMS, which builds the modules for each kernel, is not installed.']),
    ...(hasHeaders
      ? []
      : [`The headers of kernel ${kernel} are not installed (/lib/modules/${kernel}/build).`]),
    'Nothing was changed. Install what is missing and try again:',
    `  apt-get install ${packages.join(' ')}`,
  ]
  if (!hasHeaders) {
    lines.push(
      'If apt does not know these headers, the kernel is not from Debian: get them from the source of the kernel.',
      "Without the modules, the exporter uses KVM's own statistics.",
    )
  }
  return lines.join('\n')
}
